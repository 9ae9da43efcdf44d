import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { conversations } from "../api/endpoints";
import { keys } from "../api/keys";
import type { Conversation } from "../api/types";
import { ConfirmDialog } from "../shared/dialog/ConfirmDialog";
import { TextDialog } from "../shared/dialog/TextDialog";
import { useToast } from "../shared/toast/context";
import { useErrorText } from "../shared/useErrorText";

interface Props {
  conversation: Conversation;
  onClose: () => void;
}

export function RenameConversation({ conversation, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const textOf = useErrorText();
  const rename = useMutation({
    mutationFn: (title: string) => conversations.rename(conversation.id, title),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.conversations });
      void client.invalidateQueries({ queryKey: keys.conversation(conversation.id) });
      onClose();
    },
  });
  return (
    <TextDialog
      title={t("chat.renameTitle")}
      label={t("chat.renameLabel")}
      initial={conversation.title}
      busy={rename.isPending}
      error={rename.error ? textOf(rename.error) : undefined}
      onSubmit={rename.mutate}
      onClose={onClose}
    />
  );
}

export function DeleteConversation({ conversation, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const textOf = useErrorText();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const removal = useMutation({
    mutationFn: () => conversations.remove(conversation.id),
    onSuccess: () => {
      if (pathname === `/chat/${conversation.id}`) void navigate("/chat");
      void client.invalidateQueries({ queryKey: keys.conversations });
      toast({ kind: "success", title: t("chat.deleted") });
      onClose();
    },
    onError: (error) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
  });
  return (
    <ConfirmDialog
      title={t("chat.deleteTitle")}
      action={t("common.delete")}
      busy={removal.isPending}
      onConfirm={() => removal.mutate()}
      onClose={onClose}
    >
      <p>{t("chat.deleteText", { title: conversation.title || t("chat.untitled") })}</p>
    </ConfirmDialog>
  );
}
