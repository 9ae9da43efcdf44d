import ArrowDown from "@carbon/icons-react/es/ArrowDown.js";
import ArrowUp from "@carbon/icons-react/es/ArrowUp.js";
import Close from "@carbon/icons-react/es/Close.js";
import { IconButton, Select, SelectItem } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { allPages } from "../../../api/allPages";
import { modelEndpoints, models as modelsApi } from "../../../api/endpoints";
import { useMe } from "../../../api/useMe";
import { moved } from "../../../shared/moved";

interface Choice {
  id: string;
  name: string;
}

/** Every model that can answer here. Only administrators may know of all of them. */
async function choices(): Promise<Choice[]> {
  const [{ results }, endpoints] = await Promise.all([modelsApi.list(), allPages(modelEndpoints.list)]);
  const own = results.filter(({ kind, installed }) => kind === "chat" && installed);
  return [...own.map(({ id, name }) => ({ id, name })), ...endpoints.map(({ slug, name }) => ({ id: `endpoint/${slug}`, name }))];
}

interface Props {
  models: string[];
  error?: string;
  onChange: (models: string[]) => void;
}

/** The model that answers, and those that answer where it cannot, in this order. */
export function ModelOrder({ models, error, onChange }: Props) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const administrator = me?.role === "administrator";
  const { data = [] } = useQuery({ queryKey: ["model-choices"], queryFn: choices, enabled: administrator });
  const nameOf = (id: string) => data.find((each) => each.id === id)?.name ?? id;
  const left = data.filter(({ id }) => !models.includes(id));
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
      {administrator && left.length > 0 && (
        <Select id="assistant-model" labelText={t("assistants.addModel")} value="" onChange={({ target }) => target.value && onChange([...models, target.value])}>
          <SelectItem value="" text={t("assistants.chooseModel")} />
          {left.map(({ id, name }) => (
            <SelectItem key={id} value={id} text={name} />
          ))}
        </Select>
      )}
      {!administrator && <p className="cds--form__helper-text">{t("assistants.modelsByAdministrators")}</p>}
      {error && <p className="form-error" role="alert">{error}</p>}
    </fieldset>
  );
}
