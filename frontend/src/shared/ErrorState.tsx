import { Button, InlineNotification } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { useErrorText } from "./useErrorText";

interface Props {
  error: unknown;
  onRetry?: () => void;
}

/** A part of the page that could not be loaded. */
export function ErrorState({ error, onRetry }: Props) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  return (
    <div className="error-state">
      <InlineNotification kind="error" lowContrast hideCloseButton title={t("errors.title")} subtitle={textOf(error)} />
      {onRetry && (
        <Button kind="tertiary" size="sm" onClick={onRetry}>
          {t("common.retry")}
        </Button>
      )}
    </div>
  );
}
