import { OverflowMenu, OverflowMenuItem, TableCell, TableRow, Tag } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { modelEndpoints } from "../../api/endpoints";
import type { ModelEndpoint, Preset } from "../../api/endpointTypes";
import { ConfirmDialog } from "../../shared/dialog/ConfirmDialog";
import { EndpointDialog } from "./EndpointDialog";
import { TestDialog } from "./TestDialog";
import { useEndpointAction } from "./useEndpointAction";

function DeleteEndpoint({ endpoint, onClose }: { endpoint: ModelEndpoint; onClose: () => void }) {
  const { t } = useTranslation();
  const removal = useEndpointAction(modelEndpoints.remove, t("endpoints.deleted"), onClose);
  return (
    <ConfirmDialog title={t("endpoints.deleteTitle", { name: endpoint.name })} action={t("common.delete")} busy={removal.isPending} onConfirm={() => removal.mutate(endpoint.slug)} onClose={onClose}>
      <p>{t("endpoints.deleteText")}</p>
    </ConfirmDialog>
  );
}

function State({ endpoint }: { endpoint: ModelEndpoint }) {
  const { t } = useTranslation();
  if (!endpoint.secret_readable) return <Tag type="red" size="sm">{t("endpoints.keyLost")}</Tag>;
  return <Tag type={endpoint.enabled ? "green" : "gray"} size="sm">{t(endpoint.enabled ? "endpoints.on" : "endpoints.off")}</Tag>;
}

export function EndpointRow({ endpoint, presets }: { endpoint: ModelEndpoint; presets: Preset[] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"edit" | "delete" | "test" | null>(null);
  const toggle = useEndpointAction((enabled: boolean) => modelEndpoints.change(endpoint.slug, { enabled }));
  const close = () => setOpen(null);
  const label = t("endpoints.actionsFor", { name: endpoint.name });
  return (
    <TableRow>
      <TableCell className="cell-wrap">
        <span className="cell-strong">{endpoint.name}</span>
        <div className="muted mono">endpoint/{endpoint.slug}</div>
      </TableCell>
      <TableCell>{presets.find(({ id }) => id === endpoint.kind)?.name ?? endpoint.kind}</TableCell>
      <TableCell className="cell-wrap">
        {endpoint.model}
        <div className="muted">{endpoint.base_url}</div>
      </TableCell>
      <TableCell>
        <State endpoint={endpoint} />
      </TableCell>
      <TableCell className="cell-actions">
        <OverflowMenu flipped iconDescription={label} aria-label={label}>
          <OverflowMenuItem itemText={t("endpoints.test")} onClick={() => setOpen("test")} />
          <OverflowMenuItem itemText={t("common.edit")} onClick={() => setOpen("edit")} />
          <OverflowMenuItem itemText={t(endpoint.enabled ? "endpoints.switchOff" : "endpoints.switchOn")} onClick={() => toggle.mutate(!endpoint.enabled)} />
          <OverflowMenuItem itemText={t("common.delete")} isDelete hasDivider onClick={() => setOpen("delete")} />
        </OverflowMenu>
        {open === "edit" && <EndpointDialog endpoint={endpoint} presets={presets} onClose={close} onSaved={() => setOpen("test")} />}
        {open === "test" && <TestDialog endpoint={endpoint} onClose={close} />}
        {open === "delete" && <DeleteEndpoint endpoint={endpoint} onClose={close} />}
      </TableCell>
    </TableRow>
  );
}
