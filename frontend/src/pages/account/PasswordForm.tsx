import { Button, PasswordInput } from "@carbon/react";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { changePassword } from "../../api/auth";
import { useToast } from "../../shared/toast/context";
import { fieldError, useErrorText } from "../../shared/useErrorText";

const EMPTY = { current: "", next: "", repeat: "" };

export function PasswordForm() {
  const { t } = useTranslation();
  const toast = useToast();
  const textOf = useErrorText();
  const [fields, setFields] = useState(EMPTY);
  const change = useMutation({
    mutationFn: () => changePassword(fields.current, fields.next),
    onSuccess: () => {
      setFields(EMPTY);
      toast({ kind: "success", title: t("account.changed") });
    },
  });
  const differ = fields.repeat !== "" && fields.repeat !== fields.next;
  const ready = fields.current !== "" && fields.next !== "" && fields.repeat === fields.next;
  const currentError = fieldError(change.error, "current");
  const otherError = change.error && !currentError ? (fieldError(change.error, "new") ?? textOf(change.error)) : undefined;
  const field = (name: keyof typeof EMPTY, autoComplete: string, error?: string) => (
    <PasswordInput
      id={`password-${name}`}
      labelText={t(`account.${name}`)}
      showPasswordLabel={t("signIn.showPassword")}
      hidePasswordLabel={t("signIn.hidePassword")}
      autoComplete={autoComplete}
      value={fields[name]}
      invalid={Boolean(error)}
      invalidText={error}
      onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
    />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) change.mutate();
  };
  return (
    <section className="account__part" aria-labelledby="password-heading">
      <h2 id="password-heading">{t("account.password")}</h2>
      <form className="stack" onSubmit={submit}>
        {field("current", "current-password", currentError)}
        {field("next", "new-password", otherError)}
        {field("repeat", "new-password", differ ? t("account.mismatch") : undefined)}
        <Button type="submit" kind="tertiary" size="md" disabled={!ready || change.isPending}>
          {t("account.change")}
        </Button>
      </form>
    </section>
  );
}
