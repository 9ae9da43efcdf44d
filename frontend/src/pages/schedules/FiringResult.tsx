import { Button, Tag } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { runs } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Citation } from "../../api/types";
import type { Firing } from "../../api/workTypes";
import { useFormat } from "../../shared/format";
import { AnswerText } from "../chat/AnswerText";
import { RunSteps } from "../chat/RunSteps";
import { Sources } from "../chat/Sources";

const COLOURS = { waiting: "gray", running: "blue", completed: "green", failed: "red", cancelled: "gray", skipped: "gray" } as const;

/** What the run wrote; a mark leads to the document at its passage. */
function Answer({ run }: { run: string }) {
  const { data } = useQuery({ queryKey: [...keys.run(run), "ended"], queryFn: () => runs.one(run) });
  const navigate = useNavigate();
  if (!data) return null;
  const cite = ({ document_id: id, passage_id: passage }: Citation) => id && void navigate(`/knowledge/documents/${id}?passage=${passage}`);
  return (
    <div className="schedule-results">
      <AnswerText text={data.answer} citations={data.citations} onCite={cite} />
      {data.citations.length > 0 && <Sources citations={data.citations} onCite={cite} />}
      <RunSteps runId={run} />
    </div>
  );
}

/** One occasion: when, why, how it ended, where the result went, and the result itself. */
export function FiringResult({ firing }: { firing: Firing }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const [open, setOpen] = useState(false);
  const { status, cause, run, error, deliveries } = firing;
  return (
    <li>
      <span>{time(firing.created_at)}</span>
      <Tag size="sm" type={COLOURS[status]}>{t(`schedules.status.${status}`)}</Tag>
      <span className="muted">{t(`schedules.causes.${cause}`)}</span>
      {deliveries.map(({ kind, status: sent, error: why }) => (
        <Tag key={kind} size="sm" type={sent === "failed" ? "red" : "gray"} title={why}>
          {t(`schedules.deliveries.${kind}`)}: {t(`schedules.sent.${sent}`)}
        </Tag>
      ))}
      {run && status === "completed" && (
        <Button kind="ghost" size="sm" aria-expanded={open} onClick={() => setOpen(!open)}>
          {t("schedules.result")}
        </Button>
      )}
      {error && <p className="form-error">{error}</p>}
      {open && run && <Answer run={run.id} />}
    </li>
  );
}
