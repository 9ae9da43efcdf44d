import Renew from "@carbon/icons-react/es/Renew.js";
import { Button, DataTableSkeleton, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Tag } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { systemStatus } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { SystemPart, SystemStatus } from "../../api/types";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";
import { levelOf } from "./describe";

const COLOURS = { ok: "green", degraded: "warm-gray", down: "red" } as const;

function PartRow({ part }: { part: SystemPart }) {
  const { t, i18n } = useTranslation();
  const level = levelOf(part.status);
  const key = `system.parts.${part.name}`;
  return (
    <TableRow>
      <TableCell className="cell-strong">{i18n.exists(key) ? t(key as "system.parts.database") : part.name}</TableCell>
      <TableCell>
        <Tag type={COLOURS[level]} size="sm">
          {t(`system.${level}`)}
        </Tag>
      </TableCell>
      <TableCell className="cell-wrap">{part.detail}</TableCell>
    </TableRow>
  );
}

/** Which models answer, and on what machine. */
function Facts({ status }: { status: SystemStatus }) {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const { cores, memory_bytes } = status.machine;
  const lines = [
    [t("system.model"), status.model || "–"],
    [t("system.embedding"), status.embedding || "–"],
    [t("system.machine"), t("system.machineFacts", { count: cores, memory: bytes(memory_bytes) })],
  ];
  return (
    <dl className="facts">
      {lines.map(([name, value]) => (
        <div key={name} className="facts__pair">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch, isFetching } = useQuery({ queryKey: keys.system, queryFn: systemStatus, refetchInterval: 15_000 });
  return (
    <div className="page">
      <PageHeader title={t("system.title")} lead={t("system.lead")}>
        <Button kind="tertiary" renderIcon={Renew} disabled={isFetching} onClick={() => void refetch()}>
          {t("system.refresh")}
        </Button>
      </PageHeader>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <DataTableSkeleton showHeader={false} showToolbar={false} columnCount={3} />}
      {data && (
        <div className="stack">
          <TableFrame label={t("system.title")}>
            <Table size="lg" aria-label={t("system.title")}>
              <TableHead>
                <TableRow>
                  <TableHeader>{t("system.part")}</TableHeader>
                  <TableHeader>{t("system.status")}</TableHeader>
                  <TableHeader>{t("system.detail")}</TableHeader>
                </TableRow>
              </TableHead>
              <TableBody>
                {data.parts.map((part) => (
                  <PartRow key={part.name} part={part} />
                ))}
              </TableBody>
            </Table>
          </TableFrame>
          <Facts status={data} />
          <p className="muted">{t("system.version", { version: data.version })}</p>
        </div>
      )}
    </div>
  );
}
