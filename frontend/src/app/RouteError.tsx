import { Button } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../shared/EmptyState";

/** The last line of defence: a page that threw. A new release also ends here when an old chunk is gone. */
export function RouteError() {
  const { t } = useTranslation();
  return (
    <main className="page page--narrow">
      <EmptyState title={t("errors.boundaryTitle")} text={t("errors.boundaryText")}>
        <Button onClick={() => window.location.reload()}>{t("errors.reload")}</Button>
      </EmptyState>
    </main>
  );
}
