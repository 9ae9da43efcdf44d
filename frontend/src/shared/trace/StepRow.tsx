import CheckmarkFilled from "@carbon/icons-react/es/CheckmarkFilled.js";
import ErrorFilled from "@carbon/icons-react/es/ErrorFilled.js";
import Hourglass from "@carbon/icons-react/es/Hourglass.js";
import InProgress from "@carbon/icons-react/es/InProgress.js";
import { useTranslation } from "react-i18next";
import type { Step } from "../../api/types";
import { Outcome } from "../approvals/Outcome";
import { useExpired } from "../approvals/useExpired";
import type { Approval } from "../../api/agentTypes";
import { useFormat } from "../format";
import { PlainValue } from "../values/PlainValue";
import { resultOf, secondsOf, titlesOf } from "./parts";
import { useUsage } from "./useUsage";

const ICONS = { completed: CheckmarkFilled, failed: ErrorFilled, waiting: Hourglass, running: InProgress };

function useTitleOf(): (step: Step) => string {
  const { t } = useTranslation();
  return (step) => {
    if (step.kind === "search") return t("trace.search");
    if (step.kind === "generate") return t(resultOf(step).tool_calls?.length ? "trace.decided" : "trace.wrote");
    return step.title || step.name;
  };
}

function Arguments({ step }: { step: Step }) {
  const { t } = useTranslation();
  if (!step.arguments || Object.keys(step.arguments).length === 0 || step.kind === "generate") return null;
  return (
    <details className="plain__fold">
      <summary>{t("trace.arguments")}</summary>
      <PlainValue value={step.arguments} />
    </details>
  );
}

/** What came out of it: folded, because it may be pages. */
function Result({ step }: { step: Step }) {
  const { t } = useTranslation();
  const { list } = useFormat();
  const { error, text, truncated, reasoning, tool_calls: calls } = resultOf(step);
  const titles = titlesOf(step);
  return (
    <>
      {error && <p className="trace__error">{error}</p>}
      {calls && calls.length > 0 && <p>{t("trace.calls", { names: list(calls.map(({ name }) => name)) })}</p>}
      {titles.length > 0 && <p>{t("trace.foundIn", { titles: list(titles.slice(0, 5)) })}</p>}
      {reasoning && (
        <details className="plain__fold">
          <summary>{t("chat.thoughts")}</summary>
          <p className="plain__text">{reasoning}</p>
        </details>
      )}
      {text && (
        <details className="plain__fold">
          <summary>{t(step.kind === "generate" ? "trace.text" : "trace.result")}</summary>
          <p className="plain__text">{text}</p>
          {truncated && <p className="muted">{t("trace.truncated")}</p>}
        </details>
      )}
    </>
  );
}

function Asked({ approval }: { approval: Approval }) {
  const expired = useExpired(approval);
  return (
    <div className="trace__asked">
      <p>{approval.reason}</p>
      <Outcome approval={approval} expired={expired} decidedByMe={false} />
    </div>
  );
}

/** One step of a run: when, how long, with what, and what came of it. */
export function StepRow({ step }: { step: Step }) {
  const { t } = useTranslation();
  const { exactTime, number } = useFormat();
  const titleOf = useTitleOf();
  const inWords = useUsage();
  const Icon = ICONS[step.status];
  const seconds = secondsOf(step.started, step.ended);
  const { usage } = resultOf(step);
  return (
    <li className={`trace__step trace__step--${step.status}`}>
      <Icon aria-label={t(`trace.status.${step.status}`)} className="trace__icon" />
      <div className="trace__body">
        <h4>
          {titleOf(step)} {step.kind === "tool" && <span className="mono muted">{step.name}</span>}
        </h4>
        <p className="muted">
          {step.started && <time dateTime={step.started}>{exactTime(step.started)}</time>}
          {seconds !== null && ` · ${t("trace.seconds", { seconds: number(Number(seconds.toFixed(1))) })}`}
          {usage && ` · ${inWords(usage)}`}
        </p>
        <Arguments step={step} />
        {step.approval && <Asked approval={step.approval} />}
        <Result step={step} />
      </div>
    </li>
  );
}
