import { Button, InlineLoading, InlineNotification, PasswordInput, TextInput } from "@carbon/react";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useSearchParams } from "react-router";
import { signIn } from "../../api/auth";
import { keys } from "../../api/keys";
import { ApiError } from "../../api/problem";
import { useMe } from "../../api/useMe";
import { useErrorText } from "../../shared/useErrorText";
import { useTitle } from "../../shared/useTitle";
import { safeNext } from "./next";
import { Showcase } from "./Showcase";
import { Switches } from "./Switches";

const REFUSALS = { wrong: "signIn.wrong", mfa: "signIn.mfa", tooMany: "signIn.tooMany" } as const;

function useSignIn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const textOf = useErrorText();
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);

  const submit = async (email: string, password: string) => {
    setBusy(true);
    setError("");
    try {
      const outcome = await signIn(email, password);
      if (outcome === "ok") await client.invalidateQueries({ queryKey: keys.me });
      else setError(t(REFUSALS[outcome]));
    } catch (cause) {
      const tooMany = cause instanceof ApiError && cause.status === 429;
      setError(tooMany ? t(REFUSALS.tooMany) : textOf(cause));
    } finally {
      setBusy(false);
    }
  };
  return { error, busy, submit };
}

function SignInForm({ ended }: { ended: boolean }) {
  const { t } = useTranslation();
  const { error, busy, submit } = useSignIn();
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void submit(String(form.get("email")), String(form.get("password")));
  };
  return (
    <form className="signin__form" onSubmit={onSubmit}>
      <h1 className="signin__title">{t("signIn.title")}</h1>
      {ended && !error && (
        <InlineNotification kind="info" lowContrast hideCloseButton title="" subtitle={t("signIn.ended")} />
      )}
      {error && (
        <InlineNotification kind="error" role="alert" lowContrast hideCloseButton title={t("signIn.failed")} subtitle={error} />
      )}
      <TextInput id="email" name="email" type="email" labelText={t("signIn.email")} autoComplete="username" required size="lg" />
      <PasswordInput
        id="password"
        name="password"
        labelText={t("signIn.password")}
        showPasswordLabel={t("signIn.showPassword")}
        hidePasswordLabel={t("signIn.hidePassword")}
        autoComplete="current-password"
        required
        size="lg"
      />
      <Button type="submit" size="lg" className="signin__submit" disabled={busy}>
        {busy ? <InlineLoading description={t("signIn.submitting")} /> : t("signIn.submit")}
      </Button>
    </form>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const [params] = useSearchParams();
  useTitle(t("signIn.title"));
  if (me) return <Navigate to={safeNext(params.get("next"))} replace />;
  return (
    <div className="signin">
      <Showcase />
      <main className="signin__main">
        <SignInForm ended={params.has("next")} />
        <Switches />
      </main>
    </div>
  );
}
