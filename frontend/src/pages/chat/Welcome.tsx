import ArrowRight from "@carbon/icons-react/es/ArrowRight.js";
import { Button } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "../../shared/EmptyState";
import { Mark } from "../../shared/Mark";

interface Props {
  hasDocuments: boolean;
  onAsk: (question: string) => void;
}

/** A new conversation: what this is for, and a few questions to begin with. */
export function Welcome({ hasDocuments, onAsk }: Props) {
  const { t } = useTranslation();
  if (!hasDocuments)
    return (
      <EmptyState title={t("chat.emptyTitle")} text={t("chat.emptyNone")} level={1}>
        <Button as={Link} to="/knowledge">
          {t("chat.emptyNoneAction")}
        </Button>
      </EmptyState>
    );
  const starters = [t("chat.starter1"), t("chat.starter2"), t("chat.starter3"), t("chat.starter4")];
  return (
    <div className="welcome">
      <Mark size={44} />
      <h1>{t("chat.emptyTitle")}</h1>
      <p>{t("chat.emptyText")}</p>
      <ul aria-label={t("chat.starters")}>
        {starters.map((starter) => (
          <li key={starter}>
            <button type="button" onClick={() => onAsk(starter)}>
              <span>{starter}</span> <ArrowRight aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
