import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { collections } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Collection } from "../../api/types";
import { ConfirmDialog } from "../../shared/dialog/ConfirmDialog";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";

export function DeleteCollection({ collection, onClose }: { collection: Collection; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const textOf = useErrorText();
  const removal = useMutation({
    mutationFn: () => collections.remove(collection.id),
    onSuccess: async () => {
      await navigate("/knowledge");
      void client.invalidateQueries({ queryKey: keys.collections, exact: true });
      toast({ kind: "success", title: t("knowledge.collectionDeleted") });
    },
    onError: (error) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
  });
  return (
    <ConfirmDialog
      title={t("knowledge.deleteCollectionTitle", { name: collection.name })}
      action={t("common.delete")}
      busy={removal.isPending}
      onConfirm={() => removal.mutate()}
      onClose={onClose}
    >
      <p>{t("knowledge.deleteCollectionText", { count: collection.documents })}</p>
    </ConfirmDialog>
  );
}
