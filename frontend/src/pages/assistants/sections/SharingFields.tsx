import { RadioButton, RadioButtonGroup, Toggle } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { GroupPicker } from "../../../shared/GroupPicker";
import type { SectionProps } from "./Section";

/** Who may use it, and who may change it. */
export function SharingFields({ fields, onChange, owner }: SectionProps & { owner: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <Toggle id="assistant-enabled" labelText={t("assistants.enabled")} labelA={t("endpoints.off")} labelB={t("endpoints.on")} toggled={fields.enabled} onToggle={(enabled) => onChange({ enabled })} />
      <RadioButtonGroup
        name="assistant-users"
        legendText={t("assistants.users")}
        orientation="vertical"
        valueSelected={fields.restricted ? "groups" : "everyone"}
        onChange={(value) => onChange({ restricted: value === "groups" })}
      >
        <RadioButton id="assistant-users-everyone" value="everyone" labelText={t("knowledge.visibilityEveryone")} />
        <RadioButton id="assistant-users-groups" value="groups" labelText={t("knowledge.visibilityGroups")} />
      </RadioButtonGroup>
      {fields.restricted && <GroupPicker id="assistant-groups" title={t("assistants.userGroups")} none={t("assistants.usersNobody")} chosen={fields.groups} onChange={(groups) => onChange({ groups })} />}
      {owner && <GroupPicker id="assistant-editors" title={t("assistants.editors")} none={t("assistants.editorsNobody")} chosen={fields.editors} onChange={(editors) => onChange({ editors })} />}
    </>
  );
}
