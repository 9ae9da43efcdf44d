import { RadioButton, RadioButtonGroup } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { allPages } from "../../../api/allPages";
import { collections } from "../../../api/endpoints";
import { keys } from "../../../api/keys";
import { PickMany } from "../../../shared/PickMany";
import type { SectionProps } from "./Section";

/** Where it looks. Nobody ever finds through it what they may not read themselves. */
export function Knowledge({ fields, onChange, wrong }: SectionProps) {
  const { t } = useTranslation();
  const { data = [] } = useQuery({ queryKey: keys.collections, queryFn: () => allPages(collections.list) });
  const chosen = fields.collections ?? [];
  const error = wrong("collections").invalidText;
  return (
    <>
      <RadioButtonGroup
        name="assistant-knowledge"
        legendText={t("assistants.searches")}
        orientation="vertical"
        valueSelected={fields.collections === null ? "all" : "some"}
        onChange={(value) => onChange({ collections: value === "all" ? null : chosen })}
      >
        <RadioButton id="assistant-knowledge-all" value="all" labelText={t("assistants.searchesAll")} />
        <RadioButton id="assistant-knowledge-some" value="some" labelText={t("assistants.searchesSome")} />
      </RadioButtonGroup>
      {fields.collections !== null && (
        <PickMany
          id="assistant-collections"
          title={t("assistants.collections")}
          label={chosen.length ? t("chat.collectionsCount", { count: chosen.length }) : t("assistants.noCollections")}
          items={data}
          nameOf={({ name }) => name}
          chosen={chosen}
          onChange={(ids) => onChange({ collections: ids })}
        />
      )}
      {error && <p className="form-error" role="alert">{error}</p>}
    </>
  );
}
