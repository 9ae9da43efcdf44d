import { useEffect } from "react";
import type { Citation } from "../../api/types";
import { useRun } from "../../runs/useRun";
import { isOver } from "../../runs/view";
import { Answer } from "./Answer";
import { RunProgress } from "./RunProgress";
import { Thoughts } from "./Thoughts";

interface Props {
  runId: string;
  onCite: (citation: Citation) => void;
  onRetry: () => void;
  /** The run has ended: the message in the database is complete now. */
  onEnd: () => void;
}

/** An answer on its way, followed event by event. Mount it with `key={runId}`. */
export function LiveAnswer({ runId, onCite, onRetry, onEnd }: Props) {
  const { view, connected } = useRun(runId);
  const over = isOver(view);
  useEffect(() => {
    if (over) onEnd();
  }, [over, onEnd]);
  const state = over ? (view.phase as "completed" | "failed" | "cancelled") : "running";
  return (
    <Answer
      text={view.text}
      citations={view.citations}
      state={state}
      error={view.error}
      onCite={onCite}
      onRetry={onRetry}
      thoughts={view.reasoning && <Thoughts text={view.reasoning} />}
      progress={over ? undefined : <RunProgress view={view} connected={connected} />}
    />
  );
}
