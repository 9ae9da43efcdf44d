import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Place } from "../api/types";

/** "Page 3 · Travel expenses", as far as the place is known. */
export function usePlaceLabel(): (place: Place | null | undefined) => string {
  const { t } = useTranslation();
  return useCallback(
    (place) => {
      const page = place?.page ? t("chat.page", { page: place.page }) : "";
      return [page, place?.heading ?? ""].filter(Boolean).join(" · ");
    },
    [t],
  );
}
