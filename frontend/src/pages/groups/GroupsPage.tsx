import Add from "@carbon/icons-react/es/Add.js";
import { Button, DataTableSkeleton, Table, TableBody } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allPages } from "../../api/allPages";
import { groups } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { ColumnHeads } from "../../shared/ColumnHeads";
import { EmptyState } from "../../shared/EmptyState";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";
import { GroupDialog } from "./GroupDialog";
import { GroupRow } from "./GroupRow";

export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: keys.groups, queryFn: () => allPages(groups.list) });
  const [adding, setAdding] = useState(false);
  const add = (
    <Button renderIcon={Add} onClick={() => setAdding(true)}>
      {t("groups.new")}
    </Button>
  );
  return (
    <div className="page">
      <PageHeader title={t("groups.title")} lead={t("groups.lead")}>
        {data && data.length > 0 && add}
      </PageHeader>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <DataTableSkeleton showHeader={false} showToolbar={false} columnCount={3} />}
      {data?.length === 0 && (
        <EmptyState title={t("groups.emptyTitle")} text={t("groups.emptyText")}>
          {add}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <TableFrame label={t("groups.title")}>
          <Table size="lg" aria-label={t("groups.title")}>
            <ColumnHeads actions columns={[t("common.name"), t("common.description"), t("groups.members")]} />
            <TableBody>
              {data.map((group) => (
                <GroupRow key={group.id} group={group} />
              ))}
            </TableBody>
          </Table>
        </TableFrame>
      )}
      {adding && <GroupDialog onClose={() => setAdding(false)} />}
    </div>
  );
}
