import { Button, OverflowMenu, OverflowMenuItem, Tag } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "../../api/keys";
import { isAway } from "../../api/problem";
import { schedules } from "../../api/work";
import type { Firing, Schedule } from "../../api/workTypes";
import { ConfirmDialog } from "../../shared/dialog/ConfirmDialog";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { useChange } from "../../shared/useChange";
import { FiringResult } from "./FiringResult";

/** When it ran, why, and what came of it. */
function Firings({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({ queryKey: keys.firings(id), queryFn: () => schedules.firings(id), refetchInterval: 10_000 });
  if (error && !(data && isAway(error))) return <ErrorState error={error} />;
  if (data?.results.length === 0) return <p className="muted">{t("schedules.neverRan")}</p>;
  return (
    <ul className="work-list">
      {data?.results.map((firing: Firing) => (
        <FiringResult key={firing.id} firing={firing} />
      ))}
    </ul>
  );
}

/** The time of day in the schedule's own zone, which is named where it is not the reader's. */
const inZone = (at: string, zone: string) => (zone === Intl.DateTimeFormat().resolvedOptions().timeZone ? at : `${at} (${zone})`);

function useWhen({ trigger, next_at, time_zone: zone }: Schedule): string {
  const { t } = useTranslation();
  const { time, list } = useFormat();
  const { kind, at = "", days = [], cron = "" } = trigger;
  const named = days.map((day) => t(`schedules.day.${day as "mon"}`));
  const detail = { daily: inZone(at, zone), weekly: `${list(named)} ${inZone(at, zone)}`, cron: inZone(cron, zone), document: "", webhook: "" }[kind];
  return [t(`schedules.kinds.${kind}`), detail, next_at && t("schedules.next", { time: time(next_at) })].filter(Boolean).join(" · ");
}

/** One schedule: when, by whom, how it went, and what can be done with it. */
export function ScheduleCard({ schedule, onEdit }: { schedule: Schedule; onEdit: () => void }) {
  const { t } = useTranslation();
  const panel = useId();
  const when = useWhen(schedule);
  const [whole, setWhole] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const { id, name, enabled } = schedule;
  const toggle = useChange(() => schedules.change(id, { enabled: !enabled }), { stale: keys.schedules });
  const run = useChange(() => schedules.run(id), { stale: keys.schedules, done: t("schedules.started"), onDone: () => setWhole(true) });
  const removal = useChange(() => schedules.remove(id), { stale: keys.schedules, done: t("schedules.deleted"), onDone: () => setDeleting(false) });
  return (
    <li className="version">
      <div className="version__words">
        <h2>
          {name} <Tag size="sm" type={enabled ? "green" : "gray"}>{t(enabled ? "endpoints.on" : "endpoints.off")}</Tag>
        </h2>
        <p className="muted">{[schedule.assistant_name || t("chat.noAssistant"), when].join(" · ")}</p>
        {schedule.stopped && <p className="form-error">{schedule.stopped}</p>}
      </div>
      <div className="version__actions">
        <Button kind="ghost" size="sm" aria-expanded={whole} aria-controls={panel} onClick={() => setWhole(!whole)}>
          {t("schedules.results")}
        </Button>
        <Button kind="tertiary" size="sm" disabled={run.isPending} onClick={() => run.mutate(undefined)}>
          {t("schedules.runNow")}
        </Button>
        <OverflowMenu size="sm" flipped iconDescription={t("endpoints.actionsFor", { name })} aria-label={t("endpoints.actionsFor", { name })}>
          <OverflowMenuItem itemText={t("common.edit")} onClick={onEdit} />
          <OverflowMenuItem itemText={t(enabled ? "endpoints.switchOff" : "endpoints.switchOn")} onClick={() => toggle.mutate(undefined)} />
          <OverflowMenuItem itemText={t("common.delete")} isDelete hasDivider onClick={() => setDeleting(true)} />
        </OverflowMenu>
      </div>
      <div id={panel} className="schedule-results">
        {whole && <Firings id={id} />}
      </div>
      {deleting && (
        <ConfirmDialog title={t("endpoints.deleteTitle", { name })} action={t("common.delete")} busy={removal.isPending} onConfirm={() => removal.mutate(undefined)} onClose={() => setDeleting(false)}>
          <p>{t("schedules.deleteText")}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}
