import { Checkbox, Modal, PasswordInput, Select, SelectItem, TextInput } from "@carbon/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { modelEndpoints } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { ModelEndpoint, Preset } from "../../api/endpointTypes";
import { slugOf } from "../../shared/slug";
import { fieldError, useErrorText } from "../../shared/useErrorText";
import { Advanced } from "./Advanced";
import { bodyOf, fieldsFrom, fieldsOf, isReady, type Fields } from "./form";

interface Props {
  /** Which to edit; none adds a new one. */
  endpoint?: ModelEndpoint;
  presets: Preset[];
  onClose: () => void;
  onSaved: (endpoint: ModelEndpoint) => void;
}

function useSave({ endpoint, onSaved }: Props) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (fields: Fields) => {
      const body = bodyOf(fields, Boolean(endpoint));
      return endpoint ? modelEndpoints.change(endpoint.slug, body) : modelEndpoints.create(body);
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: keys.endpoints });
      onSaved(saved);
    },
  });
}

export function EndpointDialog(props: Props) {
  const { endpoint, presets, onClose } = props;
  const { t } = useTranslation();
  const textOf = useErrorText();
  const saving = useSave(props);
  const presetOf = (kind: string) => presets.find(({ id }) => id === kind) ?? presets[0]!;
  const [fields, setFields] = useState<Fields>(endpoint ? fieldsFrom(endpoint, presetOf(endpoint.kind)) : fieldsOf(presets[0]!));
  const preset = presetOf(fields.kind);
  const set = (changes: Partial<Fields>) => setFields({ ...fields, ...changes });
  const ready = isReady(fields, preset, Boolean(endpoint)) && !saving.isPending;
  const wrong = (field: string) => ({ invalid: Boolean(fieldError(saving.error, field)), invalidText: fieldError(saving.error, field) });
  const secretHelp = endpoint?.has_secret ? t("endpoints.secretStays") : t("endpoints.secretHelp");
  return (
    <Modal
      open
      size="sm"
      hasScrollingContent
      modalHeading={t(endpoint ? "endpoints.edit" : "endpoints.new")}
      primaryButtonText={t("endpoints.saveAndTest")}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={!ready}
      onRequestSubmit={() => ready && saving.mutate(fields)}
      onRequestClose={onClose}
    >
      <div className="stack">
        {!endpoint && (
          <Select id="endpoint-kind" labelText={t("endpoints.service")} value={fields.kind} onChange={(event) => setFields(fieldsOf(presetOf(event.target.value)))}>
            {presets.map(({ id, name }) => (
              <SelectItem key={id} value={id} text={name} />
            ))}
          </Select>
        )}
        <TextInput id="endpoint-name" labelText={t("common.name")} maxLength={120} value={fields.name} {...wrong("name")} onChange={({ target }) => set(endpoint ? { name: target.value } : { name: target.value, slug: slugOf(target.value) || fields.slug })} />
        <TextInput id="endpoint-slug" labelText={t("endpoints.slug")} maxLength={60} value={fields.slug} readOnly={Boolean(endpoint)} {...wrong("slug")} onChange={({ target }) => set({ slug: slugOf(target.value) })} />
        <TextInput id="endpoint-url" type="url" labelText={t("endpoints.address")} placeholder="https://" value={fields.base_url} {...wrong("base_url")} onChange={({ target }) => set({ base_url: target.value.trim() })} />
        <Checkbox id="endpoint-private" labelText={t("endpoints.private")} helperText={t("endpoints.privateHelp")} checked={fields.allow_private} onChange={(_, { checked }) => set({ allow_private: checked })} />
        <TextInput id="endpoint-model" labelText={t("endpoints.model")} helperText={t("endpoints.modelHelp")} value={fields.model} {...wrong("model")} onChange={({ target }) => set({ model: target.value })} />
        {preset.key !== "none" && (
          <PasswordInput id="endpoint-secret" autoComplete="off" labelText={t(preset.key === "required" ? "endpoints.secret" : "endpoints.secretOptional")} helperText={secretHelp} showPasswordLabel={t("endpoints.showSecret")} hidePasswordLabel={t("endpoints.hideSecret")} value={fields.secret} {...wrong("secret")} onChange={({ target }) => set({ secret: target.value })} />
        )}
        {preset.options.map(({ name, required }) => (
          <TextInput key={name} id={`endpoint-${name}`} labelText={required ? name : `${name} (${t("common.optional")})`} value={fields.options[name] ?? ""} {...wrong(`options.${name}`)} onChange={({ target }) => set({ options: { ...fields.options, [name]: target.value.trim() } })} />
        ))}
        <Advanced fields={fields} onChange={set} caError={fieldError(saving.error, "ca")} />
        {saving.error && <p className="form-error" role="alert">{textOf(saving.error)}</p>}
      </div>
    </Modal>
  );
}
