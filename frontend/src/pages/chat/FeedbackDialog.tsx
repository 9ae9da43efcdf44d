import { Modal, TextArea } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useToast } from "../../shared/toast/context";

interface Props {
  rating: "up" | "down";
  busy: boolean;
  onSubmit: (comment: string) => void;
  onClose: () => void;
}

export function FeedbackDialog({ rating, busy, onSubmit, onClose }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const [comment, setComment] = useState("");
  const submit = () => {
    onSubmit(comment.trim());
    toast({ kind: "success", title: t("chat.feedbackThanks") });
  };
  return (
    <Modal
      open
      size="sm"
      modalHeading={t(rating === "up" ? "chat.feedbackGoodTitle" : "chat.feedbackTitle")}
      primaryButtonText={t("chat.feedbackSend")}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={busy}
      onRequestSubmit={submit}
      onRequestClose={onClose}
    >
      <TextArea
        id="feedback"
        labelText={t("chat.feedbackLabel")}
        rows={4}
        maxLength={2_000}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
    </Modal>
  );
}
