import { Button, Checkbox, Modal, TextArea, TextInput } from "@carbon/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { models } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { SignaturePolicy } from "../../api/modelTypes";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";

function Signers({ policy, onChange }: { policy: SignaturePolicy; onChange: (policy: SignaturePolicy) => void }) {
  const { t } = useTranslation();
  const withoutKey = (name: string) => onChange({ ...policy, keys: policy.keys.filter((key) => key.name !== name) });
  return (
    <dl className="facts">
      <dt>{t("models.keys")}</dt>
      <dd>
        {policy.keys.length === 0 && t("models.none")}
        {policy.keys.map(({ name }) => (
          <div key={name} className="signer">
            {name}
            <Button kind="ghost" size="sm" aria-label={t("models.forget", { name })} onClick={() => withoutKey(name)}>
              {t("common.delete")}
            </Button>
          </div>
        ))}
      </dd>
      <dt>{t("models.identities")}</dt>
      <dd>{policy.identities.map(({ identity }) => identity).join(", ") || t("models.none")}</dd>
    </dl>
  );
}

function Form({ initial, onClose }: { initial: SignaturePolicy; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const textOf = useErrorText();
  const [policy, setPolicy] = useState(initial);
  const [key, setKey] = useState({ name: "", pem: "" });
  const further = key.name.trim() && key.pem.trim() ? [{ name: key.name.trim(), pem: key.pem.trim() }] : [];
  const saving = useMutation({
    mutationFn: () => models.savePolicy({ ...policy, keys: [...policy.keys, ...further] }),
    onSuccess: () => {
      toast({ kind: "success", title: t("models.saved") });
      void client.invalidateQueries({ queryKey: keys.models });
      onClose();
    },
  });
  return (
    <Modal
      open
      size="sm"
      modalHeading={t("models.rules")}
      primaryButtonText={t("common.save")}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={saving.isPending}
      onRequestSubmit={() => saving.mutate()}
      onRequestClose={onClose}
    >
      <div className="stack">
        <Checkbox id="require-signature" labelText={t("models.require")} helperText={t("models.requireHelp")} checked={policy.require_signature} onChange={(_, { checked }) => setPolicy({ ...policy, require_signature: checked })} />
        <Signers policy={policy} onChange={setPolicy} />
        <TextInput id="key-name" labelText={t("models.keyName")} maxLength={80} value={key.name} onChange={(event) => setKey({ ...key, name: event.target.value })} />
        <TextArea id="key-pem" labelText={t("models.keyPem")} rows={4} value={key.pem} invalid={saving.error !== null} invalidText={saving.error ? textOf(saving.error) : ""} onChange={(event) => setKey({ ...key, pem: event.target.value })} />
      </div>
    </Modal>
  );
}

/** Whose signatures count, and whether a model must bear one. */
export function PolicyDialog({ onClose }: { onClose: () => void }) {
  const { data } = useQuery({ queryKey: keys.policy, queryFn: models.policy, gcTime: 0 });
  return data ? <Form initial={data} onClose={onClose} /> : null;
}
