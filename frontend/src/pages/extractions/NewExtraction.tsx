import Add from "@carbon/icons-react/es/Add.js";
import Close from "@carbon/icons-react/es/Close.js";
import { Button, IconButton, Select, SelectItem, TextInput } from "@carbon/react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { keys } from "../../api/keys";
import { extractions } from "../../api/work";
import { DocumentPicker, NOTHING_PICKED } from "../../shared/documents/DocumentPicker";
import { useErrorText } from "../../shared/useErrorText";
import { repeated, schemaOf, type FieldType, type OwnField } from "./ownFields";

const TYPES: FieldType[] = ["text", "number", "date", "yes"];
const EMPTY: OwnField = { name: "", description: "", type: "text" };

function OwnFields({ fields, onChange }: { fields: OwnField[]; onChange: (fields: OwnField[]) => void }) {
  const { t } = useTranslation();
  const twice = repeated(fields);
  const set = (at: number, changes: Partial<OwnField>) => onChange(fields.map((each, index) => (index === at ? { ...each, ...changes } : each)));
  return (
    <fieldset className="rule">
      <legend className="cds--label">{t("extractions.fields")}</legend>
      {fields.map((field, index) => (
        <div key={index} className="rule__condition">
          <TextInput id={`field-name-${index}`} size="sm" labelText={t("common.name")} maxLength={60} value={field.name} invalid={twice.includes(field.name.trim())} invalidText={t("extractions.sameName")} onChange={({ target }) => set(index, { name: target.value })} />
          <TextInput id={`field-text-${index}`} size="sm" labelText={t("common.description")} maxLength={300} value={field.description} onChange={({ target }) => set(index, { description: target.value })} />
          <Select id={`field-type-${index}`} size="sm" labelText={t("documents.type")} value={field.type} onChange={({ target }) => set(index, { type: target.value as FieldType })}>
            {TYPES.map((type) => (
              <SelectItem key={type} value={type} text={t(`extractions.types.${type}`)} />
            ))}
          </Select>
          <IconButton kind="ghost" size="sm" label={t("extractions.dropField", { number: index + 1 })} onClick={() => onChange(fields.filter((_, at) => at !== index))}>
            <Close />
          </IconButton>
        </div>
      ))}
      <Button kind="ghost" size="sm" renderIcon={Add} onClick={() => onChange([...fields, EMPTY])}>
        {t("extractions.addField")}
      </Button>
    </fieldset>
  );
}

/** Which documents, and which fields to read out of them. */
export function NewExtraction() {
  const { t, i18n } = useTranslation();
  const textOf = useErrorText();
  const navigate = useNavigate();
  const { data } = useQuery({ queryKey: keys.templates, queryFn: extractions.templates, staleTime: Infinity });
  const [picked, setPicked] = useState(NOTHING_PICKED);
  const [template, setTemplate] = useState("");
  const [fields, setFields] = useState<OwnField[]>([EMPTY]);
  const what = template ? { template } : { schema: schemaOf(fields) };
  const ready = picked.collection !== "" && (template !== "" || (fields.some(({ name }) => name.trim()) && repeated(fields).length === 0));
  const starting = useMutation({
    mutationFn: () => extractions.create({ ...(picked.document ? { document: picked.document } : { collection: picked.collection }), ...what }),
    onSuccess: ({ id }) => void navigate(`/extractions/${id}`),
  });
  return (
    <form
      className="stack work-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !starting.isPending) starting.mutate();
      }}
    >
      <DocumentPicker picked={picked} onChange={setPicked} />
      <Select id="extraction-template" labelText={t("extractions.template")} value={template} onChange={({ target }) => setTemplate(target.value)}>
        <SelectItem value="" text={t("extractions.own")} />
        {data?.results.map(({ id, name, name_zh_hant: chinese }) => (
          <SelectItem key={id} value={id} text={i18n.language === "zh-Hant" ? chinese : name} />
        ))}
      </Select>
      {!template && <OwnFields fields={fields} onChange={setFields} />}
      {starting.error && <p className="form-error" role="alert">{textOf(starting.error)}</p>}
      <div>
        <Button type="submit" disabled={!ready || starting.isPending}>
          {t("extractions.start")}
        </Button>
      </div>
    </form>
  );
}
