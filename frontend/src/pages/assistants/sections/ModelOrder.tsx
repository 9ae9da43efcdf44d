import ArrowDown from "@carbon/icons-react/es/ArrowDown.js";
import ArrowUp from "@carbon/icons-react/es/ArrowUp.js";
import Close from "@carbon/icons-react/es/Close.js";
import { IconButton, Select, SelectItem } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { assistants } from "../../../api/agents";
import { keys } from "../../../api/keys";
import { moved } from "../../../shared/moved";

interface Props {
  models: string[];
  error?: string;
  onChange: (models: string[]) => void;
}

/** The model that answers, and those that answer where it cannot, in this order. */
export function ModelOrder({ models, error, onChange }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery({ queryKey: keys.usableModels, queryFn: assistants.usableModels });
  const choices = data?.results ?? [];
  const nameOf = (id: string) => choices.find((each) => each.id === id)?.name ?? id;
  const left = choices.filter(({ id }) => !models.includes(id));
  return (
    <fieldset className="model-order">
      <legend className="cds--label">{t("assistants.models")}</legend>
      {models.length === 0 && <p className="muted">{t("assistants.modelsOwn")}</p>}
      <ol>
        {models.map((id, index) => (
          <li key={id}>
            <span>{nameOf(id)}</span>
            <IconButton kind="ghost" size="sm" label={t("endpoints.up", { name: nameOf(id) })} disabled={index === 0} onClick={() => onChange(moved(models, id, -1))}>
              <ArrowUp />
            </IconButton>
            <IconButton kind="ghost" size="sm" label={t("endpoints.down", { name: nameOf(id) })} disabled={index === models.length - 1} onClick={() => onChange(moved(models, id, 1))}>
              <ArrowDown />
            </IconButton>
            <IconButton kind="ghost" size="sm" label={t("endpoints.takeOut", { name: nameOf(id) })} onClick={() => onChange(models.filter((each) => each !== id))}>
              <Close />
            </IconButton>
          </li>
        ))}
      </ol>
      {left.length > 0 && (
        <Select id="assistant-model" labelText={t("assistants.addModel")} value="" onChange={({ target }) => target.value && onChange([...models, target.value])}>
          <SelectItem value="" text={t("assistants.chooseModel")} />
          {left.map(({ id, name }) => (
            <SelectItem key={id} value={id} text={name} />
          ))}
        </Select>
      )}
      {error && <p className="form-error" role="alert">{error}</p>}
    </fieldset>
  );
}
