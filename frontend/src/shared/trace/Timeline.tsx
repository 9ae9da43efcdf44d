import { useTranslation } from "react-i18next";
import type { Run } from "../../api/types";
import { useFormat } from "../format";
import { secondsOf } from "./parts";
import { StepRow } from "./StepRow";
import { useUsage } from "./useUsage";

function Sums({ run }: { run: Run }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const inWords = useUsage();
  const seconds = secondsOf(run.started_at, run.ended_at);
  const facts = [
    run.model && t("trace.model", { model: run.model }),
    seconds !== null && t("trace.seconds", { seconds: number(Number(seconds.toFixed(1))) }),
    run.usage && inWords(run.usage),
    run.attempts > 1 && t("trace.attempts", { count: run.attempts }),
  ];
  return <p className="muted">{facts.filter(Boolean).join(" · ")}</p>;
}

/** A run step by step, in the order in which it happened. */
export function Timeline({ run }: { run: Run }) {
  const { t } = useTranslation();
  return (
    <section className="trace" aria-label={t("trace.title")}>
      <Sums run={run} />
      <ol>
        {run.steps.map((step) => (
          <StepRow key={step.id} step={step} />
        ))}
      </ol>
    </section>
  );
}
