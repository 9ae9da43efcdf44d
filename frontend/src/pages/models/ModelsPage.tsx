import Add from "@carbon/icons-react/es/Add.js";
import { Button, DataTableSkeleton, InlineNotification, Table, TableBody, TableHead, TableHeader, TableRow } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Model, ModelList } from "../../api/modelTypes";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";
import { AddDialog } from "./AddDialog";
import { Jobs } from "./Jobs";
import { ModelRow } from "./ModelRow";
import "./models.scss";
import { PolicyDialog } from "./PolicyDialog";
import { useModels } from "./useModelWork";

/** What matters first: what runs, what lies here, what could run. */
const rank = (model: Model) => (model.active ? 0 : model.installed ? 1 : model.fits ? 2 : 3);
const ordered = (all: Model[]) => all.toSorted((a, b) => rank(a) - rank(b) || (b.size_bytes ?? 0) - (a.size_bytes ?? 0));
const WIDE = ["models.state", "models.integrity", "models.size", "models.memory", "models.speed"] as const;

function Sentence({ all }: { all: Model[] }) {
  const { t } = useTranslation();
  const active = all.find((model) => model.active && model.kind === "chat");
  const next = all.find((model) => model.chosen && model.installed);
  const now = active ? t("models.activeSentence", { name: active.name }) : t("models.activeNone");
  const later = next && next.id !== active?.id ? t("models.next", { name: next.name }) : "";
  return (
    <InlineNotification kind={active ? "success" : "warning"} lowContrast hideCloseButton title="" subtitle={`${now} ${later}`} className="banner" />
  );
}

function ModelTable({ data }: { data: ModelList }) {
  const { t } = useTranslation();
  const busy = new Set(data.jobs.filter(({ status }) => status === "queued" || status === "running").map(({ model }) => model));
  return (
    <TableFrame label={t("models.title")}>
      <Table size="lg" aria-label={t("models.title")}>
        <TableHead>
          <TableRow>
            <TableHeader>{t("common.name")}</TableHeader>
            {WIDE.map((column) => (
              <TableHeader key={column} className="model-wide">
                {t(column)}
              </TableHeader>
            ))}
            <TableHeader>
              <span className="visually-hidden">{t("common.actions")}</span>
            </TableHeader>
          </TableRow>
        </TableHead>
        <TableBody>
          {ordered(data.results).map((model) => (
            <ModelRow key={model.id} model={model} busy={busy.has(model.id)} free={data.named === null} />
          ))}
        </TableBody>
      </Table>
    </TableFrame>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useModels();
  const [open, setOpen] = useState<"add" | "policy" | null>(null);
  return (
    <div className="page">
      <PageHeader title={t("models.title")} lead={t("models.lead")}>
        <Button kind="tertiary" onClick={() => setOpen("policy")}>
          {t("models.rules")}
        </Button>
        <Button renderIcon={Add} onClick={() => setOpen("add")}>
          {t("models.add")}
        </Button>
      </PageHeader>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <DataTableSkeleton showHeader={false} showToolbar={false} columnCount={6} />}
      {data && <Sentence all={data.results} />}
      {data && <Jobs jobs={data.jobs} all={data.results} />}
      {data && <ModelTable data={data} />}
      {open === "add" && <AddDialog onClose={() => setOpen(null)} />}
      {open === "policy" && <PolicyDialog onClose={() => setOpen(null)} />}
    </div>
  );
}
