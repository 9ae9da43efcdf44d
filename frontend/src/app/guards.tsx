import { Loading } from "@carbon/react";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation } from "react-router";
import { isAway } from "../api/problem";
import { useMe } from "../api/useMe";
import { setLanguage } from "../i18n";
import { Component as NotFoundPage } from "../pages/notfound/NotFoundPage";
import { ErrorState } from "../shared/ErrorState";

/** Everything behind the sign-in page; who is signed out comes back to the very page they asked for. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { data: me, error, refetch } = useMe();
  const location = useLocation();
  const language = me?.language;

  useEffect(() => {
    if (language) setLanguage(language);
  }, [language]);

  // Who is known stays known while the server is away: what was typed into the page must not go.
  if (error && (me === undefined || !isAway(error))) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (me === undefined) return <Loading description={t("app.loading")} />;
  if (me === null) return <Navigate to={signInPath(location.pathname + location.search)} replace />;
  return children;
}

export function signInPath(from: string): string {
  return from === "/" || from === "/chat" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(from)}`;
}

/** An employee who guesses the address learns nothing: the page does not exist for them. */
export function AdministratorsOnly() {
  const { data: me } = useMe();
  return me?.role === "administrator" ? <Outlet /> : <NotFoundPage />;
}
