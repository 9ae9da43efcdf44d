import CheckmarkFilled from "@carbon/icons-react/es/CheckmarkFilled.js";
import { DataTableSkeleton, InlineNotification, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Tag } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { models } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Model } from "../../api/types";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";

/** What matters first: what runs, what lies here, what could run. */
const rank = (model: Model) => (model.active ? 0 : model.installed ? 1 : model.fits ? 2 : 3);
const ordered = (all: Model[]) => all.toSorted((a, b) => rank(a) - rank(b) || (b.size_bytes ?? 0) - (a.size_bytes ?? 0));

function State({ model }: { model: Model }) {
  const { t } = useTranslation();
  if (model.active) return <Tag type="green" size="sm">{t("models.active")}</Tag>;
  if (model.installed) return <Tag type="blue" size="sm">{t("models.installed")}</Tag>;
  if (model.fits) return <Tag type="gray" size="sm">{t("models.available")}</Tag>;
  return <Tag type="warm-gray" size="sm">{t("models.tooLarge")}</Tag>;
}

function Verified({ model }: { model: Model }) {
  const { t } = useTranslation();
  if (!model.installed) return <>–</>;
  if (!model.verified) return <>{t("models.notVerified")}</>;
  return (
    <span className="verified">
      <CheckmarkFilled aria-hidden="true" /> {t("models.verified")}
    </span>
  );
}

function Row({ model }: { model: Model }) {
  const { t } = useTranslation();
  const { bytes, number } = useFormat();
  return (
    <TableRow>
      <TableCell className="cell-wrap">
        <span className="cell-strong">{model.name}</span>
        <div className="muted">
          {model.licence} · {model.source}
        </div>
        {model.reason && !model.fits && <div className="muted">{model.reason}</div>}
      </TableCell>
      <TableCell>{t(`models.kinds.${model.kind}`)}</TableCell>
      <TableCell>
        <State model={model} />
      </TableCell>
      <TableCell>
        <Verified model={model} />
      </TableCell>
      <TableCell>{bytes(model.size_bytes)}</TableCell>
      <TableCell>{bytes(model.memory_bytes)}</TableCell>
      <TableCell>{model.context ? t("models.tokens", { tokens: number(model.context) }) : "–"}</TableCell>
    </TableRow>
  );
}

function Sentence({ all }: { all: Model[] }) {
  const { t } = useTranslation();
  const active = all.find((model) => model.active && model.kind === "chat");
  return (
    <InlineNotification
      kind={active ? "success" : "warning"}
      lowContrast
      hideCloseButton
      title=""
      subtitle={active ? t("models.activeSentence", { name: active.name }) : t("models.activeNone")}
      className="banner"
    />
  );
}

export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: keys.models, queryFn: models });
  const columns = ["common.name", "models.kind", "models.state", "models.integrity", "models.size", "models.memory", "models.context"] as const;
  return (
    <div className="page">
      <PageHeader title={t("models.title")} lead={t("models.lead")} />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <DataTableSkeleton showHeader={false} showToolbar={false} columnCount={6} />}
      {data && <Sentence all={data.results} />}
      {data && (
        <TableFrame label={t("models.title")}>
          <Table size="lg" aria-label={t("models.title")}>
            <TableHead>
              <TableRow>
                {columns.map((column) => (
                  <TableHeader key={column}>{t(column)}</TableHeader>
                ))}
              </TableRow>
            </TableHead>
            <TableBody>
              {ordered(data.results).map((model) => (
                <Row key={model.id} model={model} />
              ))}
            </TableBody>
          </Table>
        </TableFrame>
      )}
    </div>
  );
}
