import { Button, InlineNotification } from "@carbon/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Citation, RunError } from "../../api/types";
import { AssistantPicture } from "../../shared/assistants/AssistantPicture";
import { Mark } from "../../shared/Mark";
import { AnswerText } from "./AnswerText";
import { Sources } from "./Sources";

/** Who answers, where it is not Quarry itself. */
export interface Answerer {
  name: string;
  picture: string;
}

export interface AnswerProps {
  assistant?: Answerer | null;
  text: string;
  citations: Citation[];
  state: "running" | "completed" | "failed" | "cancelled";
  error: RunError | null;
  onCite: (citation: Citation) => void;
  onRetry: () => void;
  /** What the model said to itself, folded. */
  thoughts?: ReactNode;
  /** What is being done, while running. */
  progress?: ReactNode;
  /** How it came about, once it is there. */
  steps?: ReactNode;
  /** What can be done with it, once it is there. */
  actions?: ReactNode;
}

/** One answer, whether it is being written or long done. */
export function Answer({ assistant, text, citations, state, error, onCite, onRetry, thoughts, progress, steps, actions }: AnswerProps) {
  const { t } = useTranslation();
  return (
    <article className="answer" aria-label={t("chat.answer")} aria-busy={state === "running"}>
      <div className="answer__mark">
        {assistant ? <AssistantPicture picture={assistant.picture} /> : <Mark size={20} />}
      </div>
      <div className="answer__body">
        {assistant && <p className="answer__name">{assistant.name}</p>}
        {thoughts}
        {text && <AnswerText text={text} citations={citations} onCite={onCite} />}
        {progress}
        {state === "cancelled" && <p className="answer__note">{t("chat.cancelled")}</p>}
        {state === "failed" && (
          <div className="answer__failed">
            <InlineNotification
              kind="error"
              role="alert"
              lowContrast
              hideCloseButton
              title={t("chat.failedTitle")}
              subtitle={error?.detail || error?.title || t("chat.failedText")}
            />
            <Button kind="tertiary" size="sm" onClick={onRetry}>
              {t("common.retry")}
            </Button>
          </div>
        )}
        {state !== "running" && citations.length > 0 && <Sources citations={citations} onCite={onCite} />}
        {steps}
        {actions}
      </div>
    </article>
  );
}
