import { Button, InlineNotification, ProgressBar } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { models } from "../../api/endpoints";
import type { Model, ModelJob } from "../../api/modelTypes";
import { useFormat } from "../../shared/format";
import { useModelWork } from "./useModelWork";

const TITLES = { pull: "models.pulling", verify: "models.verifying", add: "models.adding" } as const;

function Running({ job, title }: { job: ModelJob; title: string }) {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const cancel = useModelWork(models.cancel);
  const waiting = job.status === "queued" || job.total === 0;
  const progress = t("models.progress", { done: bytes(job.done), total: bytes(job.total) });
  return (
    <div className="model-job">
      <ProgressBar label={title} helperText={waiting ? t("models.waiting") : progress} value={waiting ? undefined : job.done} max={job.total || undefined} />
      <Button kind="ghost" size="sm" disabled={cancel.isPending} aria-label={t("models.cancelJob", { name: title })} onClick={() => cancel.mutate(job.id)}>
        {t("common.cancel")}
      </Button>
    </div>
  );
}

/** What is being done with models now, and what failed a short while ago. */
export function Jobs({ jobs, all }: { jobs: ModelJob[]; all: Model[] }) {
  const { t } = useTranslation();
  const titleOf = (job: ModelJob) => t(TITLES[job.kind], { name: all.find(({ id }) => id === job.model)?.name ?? job.model });
  const newest = jobs.filter((job, at) => jobs.findIndex(({ model }) => model === job.model) === at);
  const shown = newest.filter(({ status }) => status !== "completed" && status !== "cancelled");
  if (!shown.length) return null;
  return (
    <section className="model-jobs" aria-label={t("models.jobs")}>
      {shown.map((job) =>
        job.status === "failed" ? (
          <InlineNotification key={job.id} kind="error" lowContrast hideCloseButton className="banner" title={t("models.failed", { name: titleOf(job) })} subtitle={job.error} />
        ) : (
          <Running key={job.id} job={job} title={titleOf(job)} />
        ),
      )}
    </section>
  );
}
