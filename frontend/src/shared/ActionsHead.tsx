import { TableHead, TableHeader, TableRow } from "@carbon/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** The head of a table whose rows end in their actions; `columns` as they are to be read. */
export function ActionsHead({ columns }: { columns: ReactNode[] }) {
  const { t } = useTranslation();
  return (
    <TableHead>
      <TableRow>
        {columns.map((column, at) => (
          <TableHeader key={at}>{column}</TableHeader>
        ))}
        <TableHeader>
          <span className="visually-hidden">{t("common.actions")}</span>
        </TableHeader>
      </TableRow>
    </TableHead>
  );
}
