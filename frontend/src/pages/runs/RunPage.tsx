import Renew from "@carbon/icons-react/es/Renew.js";
import { Breadcrumb, BreadcrumbItem, Button, SkeletonText } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { agentRuns } from "../../api/agents";
import type { AnyRun } from "../../api/agentTypes";
import { keys } from "../../api/keys";
import { asError } from "../../runs/view";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { Timeline } from "../../shared/trace/Timeline";
import { useChange } from "../../shared/useChange";
import { PlainValue } from "../../shared/values/PlainValue";
import { ReplayResult } from "./ReplayResult";
import { RunStatusTag } from "../../shared/RunStatusTag";

const ENDED = new Set(["completed", "failed", "cancelled"]);

function Facts({ run }: { run: AnyRun }) {
  const { t } = useTranslation();
  const error = asError(run.error);
  const lines = [
    [t("runs.person"), `${run.person.name} (${run.person.email})`],
    [t("runs.assistant"), run.assistant ? `${run.assistant.name} (@${run.assistant.slug})` : "–"],
    [t("runs.question"), run.question || "–"],
    [t("runs.answer"), run.answer || "–"],
    ...(error ? [[t("runs.error"), error.detail || error.title || ""]] : []),
  ] as [string, string][];
  return (
    <dl className="facts plain__fields">
      {lines.map(([name, value]) => (
        <div key={name} className="facts__pair">
          <dt>{name}</dt>
          <dd>
            <PlainValue value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Whole({ run }: { run: AnyRun }) {
  const { t } = useTranslation();
  const [replay, setReplay] = useState<string | null>(null);
  const starting = useChange(() => agentRuns.replay(run.id), { stale: ["any-runs"], onDone: ({ id }) => setReplay(id) });
  return (
    <div className="run-page">
      <PageHeader title={t("runs.one")} lead={<RunStatusTag status={run.status} />}>
        {ENDED.has(run.status) && (
          <Button kind="tertiary" renderIcon={Renew} disabled={starting.isPending} onClick={() => starting.mutate(undefined)}>
            {t("runs.replay")}
          </Button>
        )}
      </PageHeader>
      <Facts run={run} />
      {replay && <ReplayResult key={replay} id={replay} run={run} />}
      <h2 className="run-page__heading">{t("trace.title")}</h2>
      <Timeline run={run} />
      {run.plan && (
        <details className="plain__fold">
          <summary>{t("runs.plan")}</summary>
          <PlainValue value={run.plan} />
        </details>
      )}
    </div>
  );
}

/** One run of anybody's, whole. That it was looked at is in the audit log. */
export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const { data, error, refetch } = useQuery({ queryKey: keys.anyRun(id), queryFn: () => agentRuns.one(id), refetchOnWindowFocus: false });
  return (
    <div className="page">
      <Breadcrumb noTrailingSlash>
        <BreadcrumbItem>
          <Link to="/administration/runs">{t("runs.title")}</Link>
        </BreadcrumbItem>
      </Breadcrumb>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonText paragraph lineCount={8} />}
      {data && <Whole run={data} />}
    </div>
  );
}
