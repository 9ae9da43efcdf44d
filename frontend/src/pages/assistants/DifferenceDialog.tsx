import { InlineLoading, Modal, Select, SelectItem } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { assistants } from "../../api/agents";
import type { Difference } from "../../api/agentTypes";
import { keys } from "../../api/keys";
import { ErrorState } from "../../shared/ErrorState";
import { PlainValue } from "../../shared/values/PlainValue";
import { TextChange } from "./TextChange";

interface Props {
  slug: string;
  first: number;
  second: number;
  numbers: number[];
  onClose: () => void;
}

function useFieldName(): (field: string) => string {
  const { t, i18n } = useTranslation();
  return (field) => {
    const key = `assistants.fields.${field}`;
    return i18n.exists(key) ? t(key as "assistants.fields.name") : field;
  };
}

function Field({ difference: { field, before, after } }: { difference: Difference }) {
  const { t } = useTranslation();
  const nameOf = useFieldName();
  const texts = typeof before === "string" && typeof after === "string";
  return (
    <section className="difference">
      <h3>{nameOf(field)}</h3>
      {texts ? (
        <TextChange before={before} after={after} />
      ) : (
        <div className="difference__sides">
          <div className="difference__before">
            <span className="visually-hidden">{t("assistants.before")}</span>
            <PlainValue value={before} />
          </div>
          <div className="difference__after">
            <span className="visually-hidden">{t("assistants.after")}</span>
            <PlainValue value={after} />
          </div>
        </div>
      )}
    </section>
  );
}

/** What differs between two versions, field by field. */
export function DifferenceDialog({ slug, first, second, numbers, onClose }: Props) {
  const { t } = useTranslation();
  const [[before, after], setPair] = useState<[number, number]>([first, second]);
  const { data, error } = useQuery({ queryKey: [...keys.versions(slug), before, after], queryFn: () => assistants.difference(slug, before, after) });
  const options = numbers.map((number) => <SelectItem key={number} value={number} text={t("assistants.version", { number })} />);
  return (
    <Modal open passiveModal size="md" modalHeading={t("assistants.compareTitle")} closeButtonLabel={t("common.close")} hasScrollingContent selectorPrimaryFocus="#difference-before" onRequestClose={onClose}>
      <div className="stack">
        <div className="form-grid">
          <Select id="difference-before" labelText={t("assistants.before")} value={before} onChange={({ target }) => setPair([Number(target.value), after])}>
            {options}
          </Select>
          <Select id="difference-after" labelText={t("assistants.after")} value={after} onChange={({ target }) => setPair([before, Number(target.value)])}>
            {options}
          </Select>
        </div>
        {error && <ErrorState error={error} />}
        {!data && !error && <InlineLoading description={t("app.loading")} />}
        {data?.results.length === 0 && <p>{t("assistants.same")}</p>}
        {data?.results.map((difference) => (
          <Field key={difference.field} difference={difference} />
        ))}
      </div>
    </Modal>
  );
}
