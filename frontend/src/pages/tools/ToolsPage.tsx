import Add from "@carbon/icons-react/es/Add.js";
import { Button, DataTableSkeleton, Table, TableBody, TableCell, TableRow, Tag, Toggle } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { allPages } from "../../api/allPages";
import { keys } from "../../api/keys";
import { tools } from "../../api/tools";
import type { Tool } from "../../api/toolTypes";
import { ColumnHeads } from "../../shared/ColumnHeads";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";
import { useChange } from "../../shared/useChange";

function Row({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const toggle = useChange((enabled: boolean) => tools.change(tool.slug, { enabled }), { stale: keys.tools });
  const open = tool.operations.filter(({ enabled }) => enabled).length;
  return (
    <TableRow>
      <TableCell className="cell-wrap">
        <Link to={`/administration/tools/${tool.slug}`} className="cell-strong">
          {tool.name}
        </Link>
        <div className="muted">{tool.description}</div>
      </TableCell>
      <TableCell>{t(`tools.kinds.${tool.kind}`)}</TableCell>
      <TableCell>{t("tools.openOf", { open: number(open), all: number(tool.operations.length) })}</TableCell>
      <TableCell>
        {t(tool.restricted ? "tools.someGroups" : "tools.everyone")} {!tool.secret_readable && <Tag type="red" size="sm">{t("endpoints.keyLost")}</Tag>}
      </TableCell>
      <TableCell>
        <Toggle id={`tool-on-${tool.slug}`} size="sm" hideLabel labelText={t("tools.switch", { name: tool.name })} labelA="" labelB="" toggled={toggle.isPending ? toggle.variables : tool.enabled} disabled={toggle.isPending} onToggle={(enabled) => toggle.mutate(enabled)} />
      </TableCell>
    </TableRow>
  );
}

/** What assistants can be allowed to do. Nothing is called that is switched off here. */
export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: keys.tools, queryFn: () => allPages(tools.list) });
  const columns = ["common.name", "tools.kind", "tools.operations", "assistants.users", "endpoints.on"] as const;
  return (
    <div className="page">
      <PageHeader title={t("tools.title")} lead={t("tools.lead")}>
        <Button as={Link} to="/administration/tools/new" renderIcon={Add}>
          {t("tools.new")}
        </Button>
      </PageHeader>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <DataTableSkeleton showHeader={false} showToolbar={false} columnCount={5} />}
      {data && (
        <TableFrame label={t("tools.title")}>
          <Table size="lg" aria-label={t("tools.title")}>
            <ColumnHeads columns={columns.map((column) => t(column))} />
            <TableBody>
              {data.map((tool) => (
                <Row key={tool.slug} tool={tool} />
              ))}
            </TableBody>
          </Table>
        </TableFrame>
      )}
    </div>
  );
}
