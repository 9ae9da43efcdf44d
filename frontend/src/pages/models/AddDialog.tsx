import { Modal, Select, SelectItem, TextInput } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { models } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { NewModel } from "../../api/modelTypes";
import { useFormat } from "../../shared/format";
import { useModelWork } from "./useModelWork";

const EMPTY: NewModel = { incoming: "", id: "", name: "", licence: "" };
const idOf = (file: string) => file.replace(/\.gguf$/i, "").toLowerCase().replace(/[^a-z0-9._-]+/g, "-");

/** Takes in a file that already lies on the server: model files are too large for a form. */
export function AddDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const { data } = useQuery({ queryKey: keys.arrivals, queryFn: models.arrivals });
  const [fields, setFields] = useState<NewModel>(EMPTY);
  const adding = useModelWork(models.add);
  const ready = Object.values(fields).every((value) => value.trim()) && !adding.isPending;
  const pick = (file: string) => setFields({ ...fields, incoming: file, id: fields.id || idOf(file), name: fields.name || idOf(file) });
  const folder = data?.folder ?? "";
  return (
    <Modal
      open
      size="sm"
      modalHeading={t("models.add")}
      primaryButtonText={t("models.add")}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={!ready}
      onRequestSubmit={() => ready && adding.mutate(fields, { onSuccess: onClose })}
      onRequestClose={onClose}
    >
      {data?.results.length === 0 ? (
        <p className="wrap-anywhere">{t("models.incomingNone", { folder })}</p>
      ) : (
        <div className="stack">
          <Select id="model-file" labelText={t("models.incoming")} helperText={t("models.incomingHelp", { folder })} value={fields.incoming} onChange={(event) => pick(event.target.value)}>
            <SelectItem value="" text="" />
            {data?.results.map(({ file, size_bytes }) => <SelectItem key={file} value={file} text={`${file} (${bytes(size_bytes)})`} />)}
          </Select>
          <TextInput id="model-id" labelText={t("models.id")} maxLength={80} value={fields.id} onChange={(event) => setFields({ ...fields, id: event.target.value })} />
          <TextInput id="model-name" labelText={t("common.name")} maxLength={120} value={fields.name} onChange={(event) => setFields({ ...fields, name: event.target.value })} />
          <TextInput id="model-licence" labelText={t("models.licence")} maxLength={60} value={fields.licence} onChange={(event) => setFields({ ...fields, licence: event.target.value })} />
        </div>
      )}
    </Modal>
  );
}
