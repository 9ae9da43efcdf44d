import { Button } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { runs } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { SimpleSteps } from "../../shared/trace/SimpleSteps";
import { Timeline } from "../../shared/trace/Timeline";

/** How an answer came about: in a few words, and step by step for those who want to know. Only for runs that ended. */
export function RunSteps({ runId }: { runId: string }) {
  const { t } = useTranslation();
  const id = useId();
  const [whole, setWhole] = useState(false);
  const { data: run } = useQuery({ queryKey: [...keys.run(runId), "ended"], queryFn: () => runs.one(runId), staleTime: Infinity });
  if (!run?.steps.length) return null;
  return (
    <section className="run-steps" aria-label={t("trace.done")}>
      <SimpleSteps steps={run.steps} />
      <Button kind="ghost" size="sm" aria-expanded={whole} aria-controls={id} onClick={() => setWhole(!whole)}>
        {t(whole ? "trace.hide" : "trace.show")}
      </Button>
      <div id={id}>{whole && <Timeline run={run} />}</div>
    </section>
  );
}
