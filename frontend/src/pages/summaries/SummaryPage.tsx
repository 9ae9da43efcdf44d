import { Breadcrumb, BreadcrumbItem, Button, SkeletonText } from "@carbon/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { runs } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Citation } from "../../api/types";
import { summaries } from "../../api/work";
import type { Summary } from "../../api/workTypes";
import { CopyIcon } from "../../shared/CopyIcon";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { Answer } from "../chat/Answer";
import { LiveAnswer } from "../chat/LiveAnswer";
import { SourcePanel } from "../chat/SourcePanel";
import { MadeOf } from "./MadeOf";

const ENDED = new Set(["completed", "failed", "cancelled"]);

function Result({ summary, onCite }: { summary: Summary; onCite: (citation: Citation) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const refresh = useCallback(() => void client.invalidateQueries({ queryKey: keys.summaries }), [client]);
  const stop = useMutation({ mutationFn: () => runs.cancel(summary.run.id), onSuccess: refresh });
  const { status } = summary.run;
  // Another try is another summary: the form makes it.
  const again = () => void navigate("/summaries");
  if (!ENDED.has(status))
    return (
      <>
        <LiveAnswer key={summary.run.id} runId={summary.run.id} onCite={onCite} onRetry={again} onEnd={refresh} />
        <div>
          <Button kind="danger--tertiary" size="sm" disabled={stop.isPending || stop.isSuccess} onClick={() => stop.mutate()}>
            {t(stop.isPending || stop.isSuccess ? "chat.stopping" : "chat.stop")}
          </Button>
        </div>
      </>
    );
  return (
    <Answer
      text={summary.answer}
      citations={summary.citations}
      state={status === "failed" || status === "cancelled" ? status : "completed"}
      error={summary.error}
      onCite={onCite}
      onRetry={again}
      steps={summary.facts && status === "completed" && <MadeOf facts={summary.facts} />}
      actions={summary.answer && <CopyIcon text={summary.answer} label={t("summaries.copy")} />}
    />
  );
}

/** One summary on its way or done, each sentence with the passage that it rests on. */
export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const { data, error, refetch } = useQuery({ queryKey: keys.summary(id), queryFn: () => summaries.one(id) });
  const [citation, setCitation] = useState<Citation | null>(null);
  const close = useCallback(() => setCitation(null), []);
  return (
    <div className={citation ? "chat chat--with-source" : "chat"}>
      <div className="chat__main">
        <div className="chat__scroll">
          <div className="page page--narrow summary">
            <Breadcrumb noTrailingSlash>
              <BreadcrumbItem>
                <Link to="/summaries">{t("summaries.title")}</Link>
              </BreadcrumbItem>
            </Breadcrumb>
            {error && <ErrorState error={error} onRetry={() => void refetch()} />}
            {!data && !error && <SkeletonText paragraph lineCount={8} />}
            {data && <PageHeader title={data.title || t("summaries.untitled")} lead={[t(`summaries.styles.${data.style}`), t(`summaries.lengths.${data.length}`), t(`summaries.languages.${data.language}`)].join(" · ")} />}
            {data && <Result summary={data} onCite={setCitation} />}
          </div>
        </div>
      </div>
      {citation && <SourcePanel citation={citation} onClose={close} />}
    </div>
  );
}
