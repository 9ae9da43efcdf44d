import Renew from "@carbon/icons-react/es/Renew.js";
import { Button, DataTableSkeleton, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Tag } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { systemStatus } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { SystemPart } from "../../api/types";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { describe, levelOf } from "./describe";

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

export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch, isFetching } = useQuery({ queryKey: keys.system, queryFn: systemStatus, refetchInterval: 15_000 });
  const facts = data ? (["model", "embedding", "machine"] as const).map((key) => [key, describe(data[key])] as const) : [];
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
          <div className="table-frame">
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
          </div>
          <dl className="facts">
            {facts.map(([key, lines]) => (
              <div key={key} className="facts__pair">
                <dt>{t(`system.${key}`)}</dt>
                <dd>{lines.length ? lines.join(" · ") : "–"}</dd>
              </div>
            ))}
          </dl>
          <p className="muted">{t("system.version", { version: data.version })}</p>
        </div>
      )}
    </div>
  );
}
