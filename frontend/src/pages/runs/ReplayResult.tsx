import CheckmarkFilled from "@carbon/icons-react/es/CheckmarkFilled.js";
import WarningAltFilled from "@carbon/icons-react/es/WarningAltFilled.js";
import { InlineLoading } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { AnyRun, Replayed, ReplayedStep } from "../../api/agentTypes";
import { runs } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { asError } from "../../runs/view";
import { ErrorState } from "../../shared/ErrorState";
import { PlainValue } from "../../shared/values/PlainValue";

const LOOK_MS = 1_500;
const ENDED = new Set(["completed", "failed", "cancelled"]);

function Side({ label, side }: { label: string; side: ReplayedStep["before"] }) {
  return (
    <div>
      <h4>{label}</h4>
      <PlainValue value={side.text} />
      {side.tool_calls.length > 0 && <PlainValue value={side.tool_calls} />}
    </div>
  );
}

function Turn({ turn, number }: { turn: ReplayedStep; number: number }) {
  const { t } = useTranslation();
  const Icon = turn.same ? CheckmarkFilled : WarningAltFilled;
  return (
    <li className={turn.same ? "replay__turn" : "replay__turn replay__turn--other"}>
      <Icon aria-hidden="true" />
      <div>
        <p>
          {t("runs.turn", { number })}: {t(turn.same ? "runs.turnSame" : turn.same_calls ? "runs.turnOtherText" : "runs.turnOtherCalls")}
          {!turn.same_model && ` ${t("runs.otherModel")}`}
        </p>
        {!turn.same && (
          <details className="plain__fold">
            <summary>{t("runs.compare")}</summary>
            <div className="difference__sides">
              <Side label={t("assistants.before")} side={turn.before} />
              <Side label={t("runs.now")} side={turn.now} />
            </div>
          </details>
        )}
      </div>
    </li>
  );
}

/** The same words and stored results given to the model once more: does the same come out? Nothing is called. */
export function ReplayResult({ id, run }: { id: string; run: AnyRun }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: keys.run(id),
    queryFn: () => runs.one(id),
    refetchInterval: ({ state }) => (ENDED.has(state.data?.status ?? "") ? false : LOOK_MS),
  });
  const failure = asError(data?.error);
  const result = data?.status === "completed" ? (data.result as Replayed) : null;
  return (
    <section className="replay" aria-label={t("runs.replayed")}>
      <h2 className="run-page__heading">{t("runs.replayed")}</h2>
      {error && <ErrorState error={error} />}
      <div role="status">
        {!error && !ENDED.has(data?.status ?? "") && <InlineLoading description={t("runs.replaying")} />}
        {failure && <p className="form-error">{failure.detail || failure.title}</p>}
        {data?.status === "cancelled" && <p>{t("runs.status.cancelled")}</p>}
        {result && <p>{t(result.same ? "runs.same" : "runs.notSame", { count: result.steps.length })}</p>}
      </div>
      <ol>
        {result?.steps.map((turn, index) => (
          <Turn key={turn.step} turn={turn} number={run.steps.findIndex(({ id: step }) => step === turn.step) + 1 || index + 1} />
        ))}
      </ol>
    </section>
  );
}
