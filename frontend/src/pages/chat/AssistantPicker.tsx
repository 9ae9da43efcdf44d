import { Dropdown } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { Assistant } from "../../api/agentTypes";

interface Props {
  assistants: Assistant[];
  chosen: string;
  onChange: (slug: string) => void;
}

/** Who answers in the conversation that is about to begin. */
export function AssistantPicker({ assistants, chosen, onChange }: Props) {
  const { t } = useTranslation();
  const items = ["", ...assistants.map(({ slug }) => slug)];
  const nameOf = (slug: string | null) => assistants.find((each) => each.slug === slug)?.name ?? t("chat.noAssistant");
  return (
    <div className="picker">
      <Dropdown<string>
        id="assistant-picker"
        size="sm"
        type="inline"
        direction="top"
        titleText={t("chat.assistant")}
        hideLabel
        label={t("chat.noAssistant")}
        items={items}
        itemToString={nameOf}
        selectedItem={items.includes(chosen) ? chosen : ""}
        onChange={({ selectedItem }) => onChange(selectedItem ?? "")}
      />
    </div>
  );
}
