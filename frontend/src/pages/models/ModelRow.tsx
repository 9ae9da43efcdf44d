import CheckmarkFilled from "@carbon/icons-react/es/CheckmarkFilled.js";
import { TableCell, TableRow, Tag } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { LoadedModel, Model } from "../../api/modelTypes";
import { useFormat } from "../../shared/format";
import { ModelActions } from "./ModelActions";

function State({ model }: { model: Model }) {
  const { t } = useTranslation();
  if (model.refused) return <Tag type="red" size="sm">{t("models.refusedState")}</Tag>;
  if (model.active) return <Tag type="green" size="sm">{t("models.active")}</Tag>;
  if (model.installed) return <Tag type="blue" size="sm">{t("models.installed")}</Tag>;
  if (model.fits) return <Tag type="gray" size="sm">{t("models.available")}</Tag>;
  return <Tag type="warm-gray" size="sm">{t("models.tooLarge")}</Tag>;
}

function Integrity({ model }: { model: Model }) {
  const { t } = useTranslation();
  if (!model.installed) return <>–</>;
  const good = model.signature === "signed" ? t("models.signedBy", { name: model.signer }) : t("models.verified");
  return (
    <>
      {model.verified ? (
        <span className="verified">
          <CheckmarkFilled aria-hidden="true" /> {good}
        </span>
      ) : (
        t("models.notVerified")
      )}
      {model.signature === "untrusted" && <div className="muted">{t("models.untrusted")}</div>}
      {model.signature === "invalid" && <div className="form-error">{t("models.invalid")}</div>}
    </>
  );
}

/** What the workers that hold the model have measured. */
function useSpeed() {
  const { t } = useTranslation();
  return (loaded: LoadedModel[]) => {
    const measured = loaded.find(({ writes }) => writes);
    if (!measured) return "–";
    const reads = !measured.reads ? [] : [t("models.reads", { count: Math.round(measured.reads) })];
    return [...reads, t("models.writes", { count: Math.round(measured.writes ?? 0) })].join(" · ");
  };
}

function Details({ model }: { model: Model }) {
  const { t } = useTranslation();
  const { list, number } = useFormat();
  const facts = [t(`models.kinds.${model.kind}`), model.licence, ...(model.context ? [t("models.tokens", { tokens: number(model.context) })] : [])];
  const where = list([...new Set(model.loaded.map(({ host, role }) => `${host} (${role})`))]);
  return (
    <>
      <div className="muted">{facts.join(" · ")}</div>
      <div className="muted">{model.added ? t("models.addedHere") : model.source}</div>
      {model.loaded.length > 0 && <div className="muted">{t("models.loadedOn", { where })}</div>}
      {model.refused ? <div className="form-error">{model.refused}</div> : model.reason && !model.fits && <div className="muted">{model.reason}</div>}
    </>
  );
}

interface Props {
  model: Model;
  busy: boolean;
  free: boolean;
}

/** A model. On a phone all that stands in the further columns stands below its name. */
export function ModelRow({ model, busy, free }: Props) {
  const { bytes } = useFormat();
  const speed = useSpeed()(model.loaded);
  const memory = bytes(model.loaded.find((each) => each.memory_bytes)?.memory_bytes ?? model.memory_bytes);
  return (
    <TableRow>
      <TableCell className="cell-wrap">
        <span className="cell-strong">{model.name}</span>
        <Details model={model} />
        <div className="model-narrow">
          <State model={model} />
          <div>
            {bytes(model.size_bytes)} · {memory} {speed !== "–" && `· ${speed}`}
          </div>
          {model.installed && <Integrity model={model} />}
        </div>
      </TableCell>
      <TableCell className="model-wide">
        <State model={model} />
      </TableCell>
      <TableCell className="model-wide">
        <Integrity model={model} />
      </TableCell>
      <TableCell className="model-wide">{bytes(model.size_bytes)}</TableCell>
      <TableCell className="model-wide">{memory}</TableCell>
      <TableCell className="model-wide">{speed}</TableCell>
      <TableCell className="cell-actions">
        <ModelActions model={model} busy={busy} free={free} />
      </TableCell>
    </TableRow>
  );
}
