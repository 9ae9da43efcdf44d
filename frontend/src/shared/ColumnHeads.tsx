import { TableHead, TableHeader, TableRow } from "@carbon/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  /** As they are to be read. */
  columns: ReactNode[];
  /** The rows end in what can be done with them. */
  actions?: boolean;
}

/** The head of a table. */
export function ColumnHeads({ columns, actions = false }: Props) {
  const { t } = useTranslation();
  return (
    <TableHead>
      <TableRow>
        {columns.map((column, at) => (
          <TableHeader key={at}>{column}</TableHeader>
        ))}
        {actions && (
          <TableHeader>
            <span className="visually-hidden">{t("common.actions")}</span>
          </TableHeader>
        )}
      </TableRow>
    </TableHead>
  );
}
