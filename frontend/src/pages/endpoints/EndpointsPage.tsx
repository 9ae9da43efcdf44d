import Add from "@carbon/icons-react/es/Add.js";
import { Button, DataTableSkeleton, Table, TableBody } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allPages } from "../../api/allPages";
import { modelEndpoints } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { ModelEndpoint, Preset } from "../../api/endpointTypes";
import { ColumnHeads } from "../../shared/ColumnHeads";
import { EmptyState } from "../../shared/EmptyState";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";
import { EndpointDialog } from "./EndpointDialog";
import { EndpointRow } from "./EndpointRow";
import { Order } from "./Order";
import { TestDialog } from "./TestDialog";
import "./endpoints.scss";

async function everything() {
  const [endpoints, { results: presets }, { order }] = await Promise.all([allPages(modelEndpoints.list), modelEndpoints.presets(), modelEndpoints.order()]);
  return { endpoints, presets, order };
}

function EndpointTable({ endpoints, presets }: { endpoints: ModelEndpoint[]; presets: Preset[] }) {
  const { t } = useTranslation();
  const columns = ["common.name", "endpoints.service", "endpoints.model", "endpoints.state"] as const;
  return (
    <TableFrame label={t("endpoints.title")}>
      <Table size="lg" aria-label={t("endpoints.title")}>
        <ColumnHeads actions columns={columns.map((column) => t(column))} />
        <TableBody>
          {endpoints.map((endpoint) => (
            <EndpointRow key={endpoint.slug} endpoint={endpoint} presets={presets} />
          ))}
        </TableBody>
      </Table>
    </TableFrame>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: keys.endpoints, queryFn: everything });
  const [adding, setAdding] = useState(false);
  const [testing, setTesting] = useState<ModelEndpoint | null>(null);
  const saved = (endpoint: ModelEndpoint) => (setAdding(false), setTesting(endpoint));
  return (
    <div className="page">
      <PageHeader title={t("endpoints.title")} lead={t("endpoints.lead")}>
        <Button renderIcon={Add} disabled={!data} onClick={() => setAdding(true)}>
          {t("endpoints.new")}
        </Button>
      </PageHeader>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <DataTableSkeleton showHeader={false} showToolbar={false} columnCount={4} />}
      {data?.endpoints.length === 0 && <EmptyState title={t("endpoints.none")} text={t("endpoints.noneText")} />}
      {data && data.endpoints.length > 0 && (
        <>
          <EndpointTable endpoints={data.endpoints} presets={data.presets} />
          <Order order={data.order} endpoints={data.endpoints} />
        </>
      )}
      {data && adding && <EndpointDialog presets={data.presets} onClose={() => setAdding(false)} onSaved={saved} />}
      {testing && <TestDialog endpoint={testing} onClose={() => setTesting(null)} />}
    </div>
  );
}
