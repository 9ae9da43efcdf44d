import { Select, SelectItem, TextArea, TextInput } from "@carbon/react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { JsonSchema } from "../../api/toolTypes";
import { kindOf, resolved, type Typed } from "./schema";

interface Props {
  schema: JsonSchema;
  typed: Typed;
  /** A field whose text is no JSON. */
  notJson?: string;
  onChange: (typed: Typed) => void;
  root?: JsonSchema;
  path?: string;
  depth?: number;
}

interface FieldProps extends Omit<Props, "schema" | "root"> {
  name: string;
  field: JsonSchema;
  root: JsonSchema;
  at: string;
  required: boolean;
}

function Field({ name, field, root, at, required, typed, notJson, onChange, depth = 0 }: FieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const kind = kindOf(field, depth);
  const value = typed[at] ?? "";
  const label = required ? name : `${name} (${t("common.optional")})`;
  const common = { id, labelText: label, helperText: field.description, value, onChange: (event: { target: { value: string } }) => onChange({ ...typed, [at]: event.target.value }) };
  if (kind === "object")
    return (
      <fieldset className="schema-form__group">
        <legend className="cds--label">{label}</legend>
        <SchemaForm schema={field} root={root} typed={typed} notJson={notJson} path={at} depth={depth + 1} onChange={onChange} />
      </fieldset>
    );
  if (kind === "choice" || kind === "boolean") {
    const values = kind === "choice" ? field.enum!.filter((each) => each !== null).map(String) : ["true", "false"];
    return (
      <Select {...common}>
        <SelectItem value="" text="–" />
        {values.map((each) => (
          <SelectItem key={each} value={each} text={kind === "boolean" ? t(each === "true" ? "values.yes" : "values.no") : each} />
        ))}
      </Select>
    );
  }
  if (kind === "json") return <TextArea {...common} rows={3} placeholder="JSON" invalid={notJson === at} invalidText={t("tools.notJson")} />;
  return <TextInput {...common} type={kind === "date" ? "date" : "text"} inputMode={kind === "number" ? "decimal" : undefined} />;
}

/** A form for the arguments that a JSON schema describes. */
export function SchemaForm({ schema, root = schema, path = "", ...rest }: Props) {
  return (
    <div className="stack">
      {Object.entries(schema.properties ?? {}).map(([name, each]) => {
        const at = path ? `${path}.${name}` : name;
        return <Field key={at} name={name} field={resolved(each, root)} root={root} at={at} required={schema.required?.includes(name) ?? false} {...rest} />;
      })}
    </div>
  );
}
