import TrashCan from "@carbon/icons-react/es/TrashCan.js";
import { Button, IconButton } from "@carbon/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiKeys } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { ApiKey } from "../../api/types";
import { ConfirmDialog } from "../../shared/dialog/ConfirmDialog";
import { SecretDialog } from "../../shared/dialog/SecretDialog";
import { TextDialog } from "../../shared/dialog/TextDialog";
import { useFormat } from "../../shared/format";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";

function useKeyActions(onMade: (key: ApiKey) => void, onRevoked: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const refresh = () => client.invalidateQueries({ queryKey: keys.apiKeys });
  const create = useMutation({
    mutationFn: apiKeys.create,
    onSuccess: (key) => {
      void refresh();
      onMade(key);
    },
  });
  const revoke = useMutation({
    mutationFn: apiKeys.remove,
    onSuccess: () => {
      void refresh();
      toast({ kind: "success", title: t("account.revoked") });
      onRevoked();
    },
  });
  return { create, revoke };
}

function KeyLine({ item, onRevoke }: { item: ApiKey; onRevoke: () => void }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const used = item.last_used_at ? time(item.last_used_at) : t("common.never");
  return (
    <li className="key">
      <div className="key__words">
        <strong>{item.name}</strong>
        <span className="mono">{item.prefix}…</span>
        <span>
          {t("account.created")} {time(item.created_at)} · {t("account.lastUsed")} {used}
        </span>
      </div>
      <IconButton kind="ghost" size="md" align="left" label={t("account.revokeKey", { name: item.name })} onClick={onRevoke}>
        <TrashCan />
      </IconButton>
    </li>
  );
}

export function ApiKeys() {
  const { t } = useTranslation();
  const textOf = useErrorText();
  const { data } = useQuery({ queryKey: keys.apiKeys, queryFn: apiKeys.list });
  const [naming, setNaming] = useState(false);
  const [made, setMade] = useState<ApiKey | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const { create, revoke } = useKeyActions(
    (key) => {
      setNaming(false);
      setMade(key);
    },
    () => setRevoking(null),
  );
  return (
    <section className="account__part" aria-labelledby="keys">
      <h2 id="keys">{t("account.keys")}</h2>
      <p className="muted">{t("account.keysLead")}</p>
      {data?.results.length === 0 && <p className="muted">{t("account.noKeys")}</p>}
      <ul>{data?.results.map((item) => <KeyLine key={item.id} item={item} onRevoke={() => setRevoking(item)} />)}</ul>
      <Button kind="tertiary" size="md" onClick={() => setNaming(true)}>
        {t("account.newKey")}
      </Button>
      {naming && (
        <TextDialog title={t("account.newKey")} label={t("account.keyName")} busy={create.isPending} error={create.error ? textOf(create.error) : undefined} onSubmit={(name) => create.mutate(name)} onClose={() => setNaming(false)} />
      )}
      {made?.key && <SecretDialog title={t("account.keyTitle")} text={t("account.keyText")} secret={made.key} copyLabel={t("account.keyCopy")} onClose={() => setMade(null)} />}
      {revoking && (
        <ConfirmDialog title={t("account.revokeTitle", { name: revoking.name })} action={t("account.revoke")} busy={revoke.isPending} onConfirm={() => revoke.mutate(revoking.id)} onClose={() => setRevoking(null)}>
          <p>{t("account.revokeText")}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
