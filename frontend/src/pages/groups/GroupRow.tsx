import { OverflowMenu, OverflowMenuItem, TableCell, TableRow } from "@carbon/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { groups } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Group } from "../../api/types";
import { ConfirmDialog } from "../../shared/dialog/ConfirmDialog";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";
import { GroupDialog } from "./GroupDialog";

function DeleteGroup({ group, onClose }: { group: Group; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const textOf = useErrorText();
  const removal = useMutation({
    mutationFn: () => groups.remove(group.id),
    onSuccess: () => {
      onClose();
      void client.invalidateQueries({ queryKey: keys.groups });
      toast({ kind: "success", title: t("groups.deleted") });
    },
    onError: (error) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
  });
  return (
    <ConfirmDialog title={t("groups.deleteTitle", { name: group.name })} action={t("common.delete")} busy={removal.isPending} onConfirm={() => removal.mutate()} onClose={onClose}>
      <p>{t("groups.deleteText")}</p>
    </ConfirmDialog>
  );
}

export function GroupRow({ group }: { group: Group }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  const label = t("groups.actionsFor", { name: group.name });
  return (
    <TableRow>
      <TableCell className="cell-strong">{group.name}</TableCell>
      <TableCell className="cell-wrap">{group.description || "–"}</TableCell>
      <TableCell>{t("groups.membersCount", { count: group.members?.length ?? 0 })}</TableCell>
      <TableCell className="cell-actions">
        <OverflowMenu flipped iconDescription={label} aria-label={label}>
          <OverflowMenuItem itemText={t("common.edit")} onClick={() => setOpen("edit")} />
          <OverflowMenuItem itemText={t("common.delete")} isDelete hasDivider onClick={() => setOpen("delete")} />
        </OverflowMenu>
        {open === "edit" && <GroupDialog group={group} onClose={close} />}
        {open === "delete" && <DeleteGroup group={group} onClose={close} />}
      </TableCell>
    </TableRow>
  );
}
