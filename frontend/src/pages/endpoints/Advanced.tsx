import { Accordion, AccordionItem, NumberInput, TextArea } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { Fields } from "./form";

interface Props {
  fields: Fields;
  onChange: (changes: Partial<Fields>) => void;
  caError?: string;
}

const PRICES = ["price_input", "price_output"] as const;

/** What most endpoints leave as it is. */
export function Advanced({ fields, onChange, caError }: Props) {
  const { t } = useTranslation();
  return (
    <Accordion>
      <AccordionItem title={t("endpoints.advanced")} open={caError ? true : undefined}>
        <div className="stack">
          <NumberInput id="endpoint-concurrency" label={t("endpoints.concurrency")} helperText={t("endpoints.concurrencyHelp")} min={1} max={1000} value={fields.concurrency} onChange={(_, { value }) => onChange({ concurrency: Number(value) })} />
          <NumberInput id="endpoint-timeout" label={t("endpoints.timeout")} helperText={t("endpoints.timeoutHelp")} min={1} max={3600} value={fields.timeout} onChange={(_, { value }) => onChange({ timeout: Number(value) })} />
          {PRICES.map((name) => (
            <NumberInput key={name} id={`endpoint-${name}`} label={`${t(`endpoints.${name}`)} (${t("common.optional")})`} helperText={t("endpoints.priceHelp")} allowEmpty hideSteppers min={0} step={0.01} value={fields[name] ?? ""} onChange={(_, { value }) => onChange({ [name]: value === "" ? null : Number(value) })} />
          ))}
          <TextArea id="endpoint-ca" labelText={t("endpoints.ca")} helperText={t("endpoints.caHelp")} rows={3} value={fields.ca} invalid={Boolean(caError)} invalidText={caError} onChange={(event) => onChange({ ca: event.target.value })} />
        </div>
      </AccordionItem>
    </Accordion>
  );
}
