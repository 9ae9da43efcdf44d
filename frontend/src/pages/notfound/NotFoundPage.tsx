import { Button } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "../../shared/EmptyState";
import { useTitle } from "../../shared/useTitle";

export function Component() {
  const { t } = useTranslation();
  useTitle(t("notFound.title"));
  return (
    <div className="page page--narrow">
      <EmptyState title={t("notFound.title")} text={t("notFound.text")} level={1}>
        <Button as={Link} to="/chat">
          {t("notFound.action")}
        </Button>
      </EmptyState>
    </div>
  );
}
