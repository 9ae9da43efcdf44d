import { TextArea, TextInput } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { AssistantPicture } from "../../../shared/assistants/AssistantPicture";
import { pictureNames } from "../../../shared/assistants/pictures";
import { pageSlugOf, slugOf } from "../../../shared/slug";
import type { SectionProps } from "./Section";

function Picture({ fields, onChange }: SectionProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="picture-choice">
      <legend className="cds--label">{t("assistants.picture")}</legend>
      <div className="picture-choice__all">
        {pictureNames.map((name) => (
          <label key={name} className="picture-choice__one">
            <input type="radio" name="picture" className="visually-hidden" value={name} checked={fields.picture === name} onChange={() => onChange({ picture: name })} />
            <AssistantPicture picture={name} size={24} />
            <span className="visually-hidden">{t(`assistants.pictures.${name}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Who it is. Its name in addresses is chosen once. */
export function About({ fields, onChange, existing, wrong }: SectionProps) {
  const { t } = useTranslation();
  const rename = (name: string) => onChange(existing ? { name } : { name, slug: pageSlugOf(name) || fields.slug });
  return (
    <>
      <TextInput id="assistant-name" labelText={t("common.name")} maxLength={120} value={fields.name} {...wrong("name")} onChange={({ target }) => rename(target.value)} />
      <TextInput id="assistant-slug" labelText={t("assistants.slug")} helperText={t("assistants.slugHelp")} maxLength={60} value={fields.slug} readOnly={existing} {...wrong("slug")} onChange={({ target }) => onChange({ slug: slugOf(target.value, true) })} />
      <Picture fields={fields} onChange={onChange} existing={existing} wrong={wrong} />
      <TextArea id="assistant-purpose" labelText={t("assistants.purpose")} helperText={t("assistants.purposeHelp")} rows={2} maxLength={500} value={fields.purpose} {...wrong("purpose")} onChange={({ target }) => onChange({ purpose: target.value })} />
    </>
  );
}
