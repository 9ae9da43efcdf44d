import Add from "@carbon/icons-react/es/Add.js";
import Close from "@carbon/icons-react/es/Close.js";
import { Button, IconButton, Select, SelectItem, TextInput } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { Condition } from "../../api/toolTypes";
import { OPERATORS, textOf, valueOf } from "./rule";

interface Props {
  rule: Condition[];
  /** Names that the operation takes, to choose from. */
  names: string[];
  error?: string;
  onChange: (rule: Condition[]) => void;
}

/** By which arguments a person is asked: one condition that holds is enough. */
export function RuleEditor({ rule, names, error, onChange }: Props) {
  const { t } = useTranslation();
  const set = (at: number, changes: Partial<Condition>) => onChange(rule.map((each, index) => (index === at ? { ...each, ...changes } : each)));
  return (
    <fieldset className="rule">
      <legend className="cds--label">{t("tools.rule")}</legend>
      <datalist id="rule-arguments">
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {rule.map((condition, index) => (
        <div key={index} className="rule__condition">
          <TextInput id={`rule-argument-${index}`} size="sm" labelText={t("tools.argument")} list="rule-arguments" value={condition.argument} onChange={({ target }) => set(index, { argument: target.value.trim() })} />
          <Select id={`rule-operator-${index}`} size="sm" labelText={t("tools.operator")} value={condition.operator} onChange={({ target }) => set(index, { operator: target.value })}>
            {OPERATORS.map((operator) => (
              <SelectItem key={operator} value={operator} text={operator === "contains" || operator === "matches" || operator === "present" ? t(`tools.operators.${operator}`) : operator} />
            ))}
          </Select>
          {condition.operator !== "present" && <TextInput id={`rule-value-${index}`} size="sm" labelText={t("tools.value")} value={textOf(condition.value)} onChange={({ target }) => set(index, { value: valueOf(target.value) })} />}
          <IconButton kind="ghost" size="sm" label={t("tools.dropCondition", { number: index + 1 })} onClick={() => onChange(rule.filter((_, at) => at !== index))}>
            <Close />
          </IconButton>
        </div>
      ))}
      <Button kind="ghost" size="sm" renderIcon={Add} onClick={() => onChange([...rule, { argument: names[0] ?? "", operator: "==", value: "" }])}>
        {t("tools.addCondition")}
      </Button>
      {error && <p className="form-error" role="alert">{error}</p>}
    </fieldset>
  );
}
