import { useTranslation } from "react-i18next";
import { keys } from "../../api/keys";
import { summaries } from "../../api/work";
import { EarlierWork } from "../../shared/EarlierWork";
import { PageHeader } from "../../shared/PageHeader";
import { NewSummary } from "./NewSummary";

/** Long texts made short: the form, and what was made so far. */
export function Component() {
  const { t } = useTranslation();
  return (
    <div className="page page--narrow">
      <PageHeader title={t("summaries.title")} lead={t("summaries.lead")} />
      <NewSummary />
      <EarlierWork
        queryKey={keys.summaries}
        list={summaries.list}
        path="/summaries"
        heading={t("summaries.earlier")}
        none={t("summaries.none")}
        untitled={t("summaries.untitled")}
        about={(each) => t(`summaries.styles.${each.style}`)}
      />
    </div>
  );
}
