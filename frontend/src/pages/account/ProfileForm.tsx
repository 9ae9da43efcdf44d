import { Button, TextInput } from "@carbon/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { updateMe } from "../../api/auth";
import { keys } from "../../api/keys";
import type { Me } from "../../api/types";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";

export function ProfileForm({ me }: { me: Me }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const textOf = useErrorText();
  const [name, setName] = useState(me.name);
  const save = useMutation({
    mutationFn: () => updateMe({ name: name.trim() }),
    onSuccess: (saved) => {
      client.setQueryData(keys.me, saved);
      toast({ kind: "success", title: t("account.saved") });
    },
  });
  return (
    <section className="account__part" aria-labelledby="profile">
      <h2 id="profile">{t("account.profile")}</h2>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextInput id="profile-email" labelText={t("account.email")} value={me.email} readOnly />
        <TextInput id="profile-name" labelText={t("account.name")} value={name} maxLength={150} autoComplete="name" invalid={save.isError} invalidText={save.error ? textOf(save.error) : undefined} onChange={(event) => setName(event.target.value)} />
        <Button type="submit" kind="tertiary" size="md" disabled={save.isPending || name.trim() === me.name}>
          {t("common.save")}
        </Button>
      </form>
    </section>
  );
}
