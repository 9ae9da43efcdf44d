import Renew from "@carbon/icons-react/es/Renew.js";
import ThumbsDown from "@carbon/icons-react/es/ThumbsDown.js";
import ThumbsDownFilled from "@carbon/icons-react/es/ThumbsDownFilled.js";
import ThumbsUp from "@carbon/icons-react/es/ThumbsUp.js";
import ThumbsUpFilled from "@carbon/icons-react/es/ThumbsUpFilled.js";
import { IconButton } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/types";
import { CopyIcon } from "../../shared/CopyIcon";
import { FeedbackDialog } from "./FeedbackDialog";
import { useRate } from "./useChat";

interface Props {
  message: Message;
  conversationId: string;
  last: boolean;
  onRegenerate: () => void;
}

type Rating = "up" | "down";

export function AnswerActions({ message, conversationId, last, onRegenerate }: Props) {
  const { t } = useTranslation();
  const rate = useRate(conversationId);
  const [asking, setAsking] = useState<Rating | null>(null);
  const rating = message.feedback?.rating ?? null;

  // The thumb counts at once; the words may follow.
  const choose = (next: Rating) => {
    const again = rating === next;
    rate.mutate({ id: message.id, feedback: { rating: again ? null : next, comment: "" } });
    if (!again) setAsking(next);
  };

  return (
    <div className="answer__actions">
      {message.content && <CopyIcon text={message.content} label={t("chat.copyAnswer")} />}
      {last && (
        <IconButton kind="ghost" size="sm" label={t("chat.regenerate")} onClick={onRegenerate}>
          <Renew />
        </IconButton>
      )}
      <IconButton kind="ghost" size="sm" label={t("chat.good")} aria-pressed={rating === "up"} onClick={() => choose("up")}>
        {rating === "up" ? <ThumbsUpFilled /> : <ThumbsUp />}
      </IconButton>
      <IconButton kind="ghost" size="sm" label={t("chat.bad")} aria-pressed={rating === "down"} onClick={() => choose("down")}>
        {rating === "down" ? <ThumbsDownFilled /> : <ThumbsDown />}
      </IconButton>
      {asking && (
        <FeedbackDialog
          rating={asking}
          busy={rate.isPending}
          onSubmit={(comment) =>
            rate.mutate({ id: message.id, feedback: { rating: asking, comment } }, { onSuccess: () => setAsking(null) })
          }
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}
