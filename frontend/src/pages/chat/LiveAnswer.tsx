import { useEffect } from "react";
import type { Citation } from "../../api/types";
import { useRun } from "../../runs/useRun";
import { isOver, openApprovals } from "../../runs/view";
import { Answer, type Answerer } from "./Answer";
import { RunProgress } from "./RunProgress";
import { Thoughts } from "./Thoughts";
import { WaitingApprovals } from "./WaitingApprovals";

interface Props {
  runId: string;
  assistant?: Answerer | null;
  onCite: (citation: Citation) => void;
  onRetry: () => void;
  /** The run has ended: the message in the database is complete now. */
  onEnd: (answer: string) => void;
}

/** An answer on its way, followed event by event. Mount it with `key={runId}`. */
export function LiveAnswer({ runId, assistant, onCite, onRetry, onEnd }: Props) {
  const { view, connected } = useRun(runId);
  const over = isOver(view);
  useEffect(() => {
    if (over) onEnd(view.text);
  }, [over, onEnd, view.text]);
  const asked = openApprovals(view);
  const state = over ? (view.phase as "completed" | "failed" | "cancelled") : "running";
  return (
    <Answer
      assistant={assistant}
      text={view.text}
      citations={view.citations}
      state={state}
      error={view.error}
      onCite={onCite}
      onRetry={onRetry}
      thoughts={view.reasoning && <Thoughts text={view.reasoning} />}
      progress={
        over ? undefined : (
          <>
            <RunProgress view={view} connected={connected} />
            {asked.length > 0 && <WaitingApprovals runId={runId} asked={asked} />}
          </>
        )
      }
    />
  );
}
