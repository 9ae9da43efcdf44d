import type { Citation, Message } from "../../api/types";
import { asError } from "../../runs/view";
import { Answer } from "./Answer";
import { AnswerActions } from "./AnswerActions";
import { Thoughts } from "./Thoughts";

interface Props {
  message: Message;
  conversationId: string;
  last: boolean;
  onCite: (citation: Citation) => void;
  onRegenerate: () => void;
}

/** An answer as the database keeps it. */
export function SettledAnswer({ message, conversationId, last, onCite, onRegenerate }: Props) {
  const status = message.run?.status;
  const state = status === "failed" || status === "cancelled" ? status : "completed";
  return (
    <Answer
      text={message.content}
      citations={message.citations}
      state={state}
      error={asError(message.run?.error)}
      onCite={onCite}
      onRetry={onRegenerate}
      thoughts={message.reasoning && <Thoughts text={message.reasoning} />}
      actions={
        <AnswerActions message={message} conversationId={conversationId} last={last} onRegenerate={onRegenerate} />
      }
    />
  );
}
