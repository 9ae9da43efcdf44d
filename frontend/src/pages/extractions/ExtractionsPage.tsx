import { useTranslation } from "react-i18next";
import { keys } from "../../api/keys";
import { extractions } from "../../api/work";
import { EarlierWork } from "../../shared/EarlierWork";
import { PageHeader } from "../../shared/PageHeader";
import { NewExtraction } from "./NewExtraction";

/** Fields read out of documents: the form, and what was read so far. */
export function Component() {
  const { t } = useTranslation();
  return (
    <div className="page page--narrow">
      <PageHeader title={t("extractions.title")} lead={t("extractions.lead")} />
      <NewExtraction />
      <EarlierWork
        queryKey={keys.extractions}
        list={extractions.list}
        path="/extractions"
        heading={t("extractions.earlier")}
        none={t("extractions.none")}
        untitled={t("extractions.untitled")}
        about={(each) => t("knowledge.documents", { count: each.documents })}
      />
    </div>
  );
}
