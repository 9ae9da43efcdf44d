import CheckmarkOutline from "@carbon/icons-react/es/CheckmarkOutline.js";
import WarningAlt from "@carbon/icons-react/es/WarningAlt.js";
import { InlineLoading } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { Step } from "../../api/types";
import type { LiveRun } from "../../runs/useRun";
import type { RunView, Share } from "../../runs/view";
import { useFormat } from "../../shared/format";
import { SimpleSteps } from "../../shared/trace/SimpleSteps";
import { foundBy, queryOf } from "./steps";

const shareOf = ({ done, total }: Share) => done / Math.max(total, 1);

/** What is being done right now, in one line. */
function useNow(view: RunView): string {
  const { t } = useTranslation();
  const { share } = useFormat();
  const last = view.steps.at(-1);
  if (view.phase === "starting") return t("status.starting");
  if (view.phase === "queued")
    return view.position ? t("status.queued", { count: view.position }) : t("status.queuedNext");
  if (view.phase === "waiting") return t("status.waiting");
  if (view.reading) return t("status.reading", { share: share(shareOf(view.reading)) });
  if (view.phase === "writing") return t("status.writing");
  if (view.parts) return view.parts.stage === "parts" ? t("status.part", { number: view.parts.done + 1, total: view.parts.total - 1 }) : t("status.whole");
  if (view.reasoning) return t("status.reasoning");
  if (last?.status !== "running") return t("status.working");
  if (last.kind === "search") {
    const query = queryOf(last);
    return query ? t("status.searchingFor", { query }) : t("status.searching");
  }
  return last.kind === "generate" ? t("status.thinking") : t("status.tool", { name: last.title || last.name });
}

/** What a finished search found, kept on the page while the answer is written. */
function Found({ step }: { step: Step }) {
  const { t } = useTranslation();
  const { list } = useFormat();
  const { count, titles } = foundBy(step);
  if (step.status === "failed")
    return (
      <li>
        <WarningAlt aria-hidden="true" /> {t("status.searchFailed")}
      </li>
    );
  const text =
    count === 0
      ? t("status.foundNone")
      : titles.length > 0
        ? t("status.foundIn", { count, titles: list(titles) })
        : t("status.found", { count });
  return (
    <li>
      <CheckmarkOutline aria-hidden="true" /> {text}
    </li>
  );
}

export function RunProgress({ view, connected }: LiveRun) {
  const { t } = useTranslation();
  const now = useNow(view);
  const bar = view.parts ?? view.reading;
  const searches = view.steps.filter((step) => step.kind === "search" && step.status !== "running");
  const deeds = view.steps.filter((step) => step.kind === "tool" && step.status !== "running" && step.status !== "waiting");
  return (
    <div className="progress">
      {view.restarted && <p className="progress__note">{t("status.restarted")}</p>}
      <ul className="progress__steps">
        {searches.map((step) => (
          <Found key={step.id} step={step} />
        ))}
      </ul>
      {deeds.length > 0 && <SimpleSteps steps={deeds} />}
      <div role="status">
        <InlineLoading description={connected ? now : t("status.reconnecting")} />
      </div>
      {bar && (
        <div className="progress__bar" aria-hidden="true">
          <span style={{ inlineSize: `${shareOf(bar) * 100}%` }} />
        </div>
      )}
    </div>
  );
}
