import { Breadcrumb, BreadcrumbItem, Button, ProgressBar, SkeletonText, Table, TableBody, TableHead, TableHeader, TableRow } from "@carbon/react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { runs } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Citation } from "../../api/types";
import { extractions } from "../../api/work";
import type { ExtractionTable } from "../../api/workTypes";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";
import { SourcePanel } from "../chat/SourcePanel";
import { fieldTitle } from "./cells";
import { ReviewRow } from "./ReviewRow";

const ENDED = new Set(["completed", "failed", "cancelled"]);
const LOOK_MS = 2_000;

function Progress({ table }: { table: ExtractionTable }) {
  const { t } = useTranslation();
  const stop = useMutation({ mutationFn: () => runs.cancel(table.run.id) });
  return (
    <div className="stack work-form">
      <ProgressBar label={t("extractions.reading")} helperText={t("models.progress", { done: table.done, total: table.documents })} max={Math.max(1, table.documents)} value={table.done} />
      <div>
        <Button kind="danger--tertiary" size="sm" disabled={stop.isPending || stop.isSuccess} onClick={() => stop.mutate()}>
          {t(stop.isPending || stop.isSuccess ? "chat.stopping" : "chat.stop")}
        </Button>
      </div>
    </div>
  );
}

function Review({ table, onCite }: { table: ExtractionTable; onCite: (citation: Citation) => void }) {
  const { t } = useTranslation();
  const names = Object.keys(table.schema.properties ?? {});
  return (
    <TableFrame label={t("extractions.review")}>
      <Table size="lg" aria-label={t("extractions.review")}>
        <TableHead>
          <TableRow>
            <TableHeader>{t("extractions.document")}</TableHeader>
            {names.map((name) => (
              <TableHeader key={name}>{fieldTitle(name)}</TableHeader>
            ))}
            <TableHeader>{t("extractions.confirmed")}</TableHeader>
          </TableRow>
        </TableHead>
        <TableBody>
          {table.rows.map((row) => (
            <ReviewRow key={row.id} extraction={table.id} row={row} names={names} schema={table.schema} onCite={onCite} />
          ))}
        </TableBody>
      </Table>
    </TableFrame>
  );
}

/** What was read out of each document, to be looked through, corrected and taken along. */
export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: keys.extraction(id),
    queryFn: () => extractions.one(id),
    refetchInterval: ({ state }) => (ENDED.has(state.data?.run.status ?? "") ? false : LOOK_MS),
  });
  const [citation, setCitation] = useState<Citation | null>(null);
  const close = useCallback(() => setCitation(null), []);
  const over = ENDED.has(data?.run.status ?? "");
  return (
    <div className={citation ? "chat chat--with-source" : "chat"}>
      <div className="chat__main">
        <div className="chat__scroll">
          <div className="page extraction">
            <Breadcrumb noTrailingSlash>
              <BreadcrumbItem>
                <Link to="/extractions">{t("extractions.title")}</Link>
              </BreadcrumbItem>
            </Breadcrumb>
            {error && <ErrorState error={error} onRetry={() => void refetch()} />}
            {!data && !error && <SkeletonText paragraph lineCount={6} />}
            {data && (
              <PageHeader title={data.title || t("extractions.untitled")} lead={t("extractions.reviewLead")}>
                {over && data.rows.length > 0 && (
                  <>
                    <Button kind="tertiary" href={extractions.exportUrl(id, "csv")}>
                      {t("extractions.exportCsv")}
                    </Button>
                    <Button kind="tertiary" href={extractions.exportUrl(id, "xlsx")}>
                      {t("extractions.exportXlsx")}
                    </Button>
                  </>
                )}
              </PageHeader>
            )}
            {data && !over && <Progress table={data} />}
            {data?.error && <p className="form-error" role="alert">{data.error.detail || data.error.title}</p>}
            {data && <Review table={data} onCite={setCitation} />}
            {data && data.withheld > 0 && <p className="muted">{t("extractions.withheld", { count: data.withheld })}</p>}
          </div>
        </div>
      </div>
      {citation && <SourcePanel citation={citation} onClose={close} />}
    </div>
  );
}
