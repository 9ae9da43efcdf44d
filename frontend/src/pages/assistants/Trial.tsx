import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { LiveAnswer } from "../chat/LiveAnswer";
import { RunSteps } from "../chat/RunSteps";

export interface Tried {
  run: string;
  question: string;
  /** None until it has ended. */
  answer: string | null;
}

interface Props {
  tried: Tried;
  picture: string;
  name: string;
  onEnd: (run: string, answer: string) => void;
}

/** One question of the test panel and its answer with all of its steps. */
export function Trial({ tried: { run, question, answer }, picture, name, onEnd }: Props) {
  const { t } = useTranslation();
  const end = useCallback((text: string) => onEnd(run, text), [onEnd, run]);
  return (
    <div className="trial">
      <article className="asked" aria-label={t("chat.you")}>
        <p>{question}</p>
      </article>
      <LiveAnswer runId={run} assistant={{ name, picture }} onCite={() => undefined} onRetry={() => undefined} onEnd={end} />
      {answer !== null && <RunSteps runId={run} />}
    </div>
  );
}
