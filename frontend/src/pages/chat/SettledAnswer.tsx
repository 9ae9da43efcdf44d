import type { Citation, Message } from "../../api/types";
import { asError } from "../../runs/view";
import { Answer, type Answerer } from "./Answer";
import { AnswerActions } from "./AnswerActions";
import { RunSteps } from "./RunSteps";
import { Thoughts } from "./Thoughts";

interface Props {
  message: Message;
  assistant: Answerer | null;
  conversationId: string;
  last: boolean;
  onCite: (citation: Citation) => void;
  onRegenerate: () => void;
}

/** An answer as the database keeps it. */
export function SettledAnswer({ message, assistant, conversationId, last, onCite, onRegenerate }: Props) {
  const status = message.run?.status;
  const state = status === "failed" || status === "cancelled" ? status : "completed";
  return (
    <Answer
      assistant={assistant}
      text={message.content}
      citations={message.citations}
      state={state}
      error={asError(message.run?.error)}
      onCite={onCite}
      onRetry={onRegenerate}
      thoughts={message.reasoning && <Thoughts text={message.reasoning} />}
      steps={message.run && assistant && <RunSteps key={message.run.id} runId={message.run.id} />}
      actions={
        <AnswerActions message={message} conversationId={conversationId} last={last} onRegenerate={onRegenerate} />
      }
    />
  );
}
