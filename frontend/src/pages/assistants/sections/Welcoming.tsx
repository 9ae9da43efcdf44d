import { TextArea } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { SectionProps } from "./Section";

/** What stands in a new conversation with it. */
export function Welcoming({ fields, onChange, wrong }: SectionProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextArea id="assistant-greeting" labelText={t("assistants.greeting")} rows={2} maxLength={500} value={fields.greeting} {...wrong("greeting")} onChange={({ target }) => onChange({ greeting: target.value })} />
      <TextArea id="assistant-starters" labelText={t("assistants.starters")} helperText={t("assistants.startersHelp")} rows={4} value={fields.starters.join("\n")} {...wrong("starters")} onChange={({ target }) => onChange({ starters: target.value.split("\n").slice(0, 8) })} />
    </>
  );
}
