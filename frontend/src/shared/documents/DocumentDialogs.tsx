import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { documents } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { DocumentFacts } from "../../api/types";
import { ConfirmDialog } from "../dialog/ConfirmDialog";
import { TextDialog } from "../dialog/TextDialog";
import { useToast } from "../toast/context";
import { useErrorText } from "../useErrorText";

interface Props {
  document: DocumentFacts;
  onClose: () => void;
  onDone?: () => void;
}

/** Everything that shows a document or counts them asks again. */
export function useRefreshDocuments() {
  const client = useQueryClient();
  return (document: DocumentFacts) => {
    void client.invalidateQueries({ queryKey: keys.document(document.id) });
    void client.invalidateQueries({ queryKey: keys.collections });
  };
}

export function RenameDocument({ document, onClose }: Props) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  const refresh = useRefreshDocuments();
  const rename = useMutation({
    mutationFn: (title: string) => documents.rename(document.id, title),
    onSuccess: () => {
      refresh(document);
      onClose();
    },
  });
  return (
    <TextDialog
      title={t("documents.renameTitle")}
      label={t("documents.renameLabel")}
      initial={document.title}
      busy={rename.isPending}
      error={rename.error ? textOf(rename.error) : undefined}
      onSubmit={rename.mutate}
      onClose={onClose}
    />
  );
}

export function DeleteDocument({ document, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const toast = useToast();
  const textOf = useErrorText();
  const client = useQueryClient();
  const removal = useMutation({
    mutationFn: () => documents.remove(document.id),
    onSuccess: () => {
      toast({ kind: "success", title: t("documents.deleted") });
      onClose();
      onDone?.();
      void client.invalidateQueries({ queryKey: keys.collections });
    },
    onError: (error) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
  });
  return (
    <ConfirmDialog
      title={t("documents.deleteTitle", { title: document.title })}
      action={t("common.delete")}
      busy={removal.isPending}
      onConfirm={() => removal.mutate()}
      onClose={onClose}
    >
      <p>{t("documents.deleteText")}</p>
    </ConfirmDialog>
  );
}

export function useRetry() {
  const { t } = useTranslation();
  const toast = useToast();
  const textOf = useErrorText();
  const refresh = useRefreshDocuments();
  return useMutation({
    mutationFn: (document: DocumentFacts) => documents.retry(document.id),
    onSuccess: (_, document) => {
      refresh(document);
      toast({ kind: "info", title: t("documents.retried") });
    },
    onError: (error) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
  });
}
