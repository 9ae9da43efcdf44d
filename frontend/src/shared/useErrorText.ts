import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/problem";

/** One readable sentence for whatever went wrong. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error: unknown) => {
      if (!(error instanceof ApiError)) return t("errors.unknown");
      if (error.isNetwork) return t("errors.network");
      if (error.status === 429)
        return error.retryAfter ? t("errors.busySeconds", { count: error.retryAfter }) : t("errors.busy");
      if (error.status >= 500 && !error.detail) return t("errors.server");
      return error.detail || error.title || t("errors.unknown");
    },
    [t],
  );
}

/** What the server said about one field of a form, if anything. */
export function fieldError(error: unknown, field: string): string | undefined {
  return error instanceof ApiError ? error.errors[field]?.[0] : undefined;
}
