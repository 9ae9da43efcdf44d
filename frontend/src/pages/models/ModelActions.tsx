import { OverflowMenu, OverflowMenuItem } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { models } from "../../api/endpoints";
import type { Model } from "../../api/modelTypes";
import { ConfirmDialog } from "../../shared/dialog/ConfirmDialog";
import { useModelWork } from "./useModelWork";

function RemoveModel({ model, onClose }: { model: Model; onClose: () => void }) {
  const { t } = useTranslation();
  const removal = useModelWork(models.remove, t("models.removed"));
  const remove = () => removal.mutate(model.id, { onSettled: onClose });
  return (
    <ConfirmDialog title={t("models.removeTitle", { name: model.name })} action={t("models.remove")} busy={removal.isPending} onConfirm={remove} onClose={onClose}>
      <p>{t("models.removeText")}</p>
    </ConfirmDialog>
  );
}

interface Props {
  model: Model;
  busy: boolean;
  /** Whether another model may be chosen here at all. */
  free: boolean;
}

/** What can be done with a model; only what makes sense for it is offered. */
export function ModelActions({ model, busy, free }: Props) {
  const { t } = useTranslation();
  const [removing, setRemoving] = useState(false);
  const pull = useModelWork(models.pull);
  const verify = useModelWork(models.verify);
  const use = useModelWork(models.use, t("models.used"));
  const label = t("models.actionsFor", { name: model.name });
  const usable = free && model.installed && model.kind === "chat" && !model.chosen && !model.refused;
  return (
    <>
      <OverflowMenu flipped iconDescription={label} aria-label={label}>
        {!model.installed && <OverflowMenuItem itemText={t("models.pull")} disabled={busy} onClick={() => pull.mutate(model.id)} />}
        {model.installed && <OverflowMenuItem itemText={t("models.verify")} disabled={busy} onClick={() => verify.mutate(model.id)} />}
        {usable && <OverflowMenuItem itemText={t("models.use")} onClick={() => use.mutate(model.id)} />}
        {model.installed && (
          <OverflowMenuItem itemText={t("models.remove")} isDelete hasDivider disabled={busy || model.active} onClick={() => setRemoving(true)} />
        )}
      </OverflowMenu>
      {removing && <RemoveModel model={model} onClose={() => setRemoving(false)} />}
    </>
  );
}
