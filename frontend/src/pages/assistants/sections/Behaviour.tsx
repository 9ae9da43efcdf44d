import { NumberInput, TextArea } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../shared/format";
import { limitNames, LIMITS } from "../form";
import { ModelOrder } from "./ModelOrder";
import type { SectionProps } from "./Section";

/** How it answers, and by which models. */
export function Behaviour({ fields, onChange, wrong }: SectionProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextArea id="assistant-instructions" labelText={t("assistants.instructions")} helperText={t("assistants.instructionsHelp")} rows={8} maxLength={8_000} value={fields.instructions} {...wrong("instructions")} onChange={({ target }) => onChange({ instructions: target.value })} />
      <ModelOrder models={fields.models} error={wrong("models").invalidText} onChange={(models) => onChange({ models })} />
    </>
  );
}

/** How far it may go for one question. */
export function LimitFields({ fields, onChange, wrong }: SectionProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <div className="form-grid">
      {limitNames.map((name) => (
        <NumberInput
          key={name}
          id={`assistant-limit-${name}`}
          label={t(`assistants.limits.${name}`)}
          helperText={t("assistants.limitHelp", { usual: number(LIMITS[name].usual), most: number(LIMITS[name].most) })}
          allowEmpty
          hideSteppers
          min={1}
          max={LIMITS[name].most}
          value={fields.limits[name] ?? ""}
          {...wrong(`limits.${name}`)}
          onChange={(_, { value }) => onChange({ limits: { ...fields.limits, [name]: value === "" ? undefined : Number(value) } })}
        />
      ))}
      <NumberInput
        id="assistant-limit-cost"
        label={t("assistants.limits.cost")}
        helperText={t("assistants.costHelp")}
        allowEmpty
        hideSteppers
        min={0}
        step={0.01}
        value={fields.limits.cost ?? ""}
        {...wrong("limits.cost")}
        onChange={(_, { value }) => onChange({ limits: { ...fields.limits, cost: value === "" ? undefined : Number(value) } })}
      />
    </div>
  );
}
