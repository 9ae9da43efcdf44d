import { Checkbox, RadioButton, RadioButtonGroup, Select, SelectItem, TextArea, TextInput } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { Fields } from "./form";

export interface FieldsProps {
  fields: Fields;
  editing: boolean;
  wrong: (field: string) => { invalid: boolean; invalidText?: string };
  onChange: (changes: Partial<Fields>) => void;
}

/** A text field that is bound to one of the form's. */
function useText({ fields, wrong, onChange }: FieldsProps) {
  return (name: keyof Fields) => ({ id: `tool-${name}`, value: String(fields[name]), ...wrong(name), onChange: ({ target }: { target: { value: string } }) => onChange({ [name]: target.value }) });
}

function OpenApi(props: FieldsProps) {
  const { t } = useTranslation();
  const text = useText(props);
  return (
    <>
      <TextArea {...text("document")} labelText={t("tools.document")} helperText={t(props.editing ? "tools.documentStays" : "tools.documentHelp")} rows={8} />
      <TextInput {...text("url")} type="url" labelText={t("tools.documentUrl")} placeholder="https://" disabled={props.fields.document.trim() !== ""} />
      <TextInput {...text("base_url")} type="url" labelText={`${t("tools.baseUrl")} (${t("common.optional")})`} helperText={t("tools.baseUrlHelp")} placeholder="https://" />
      <TextArea {...text("paths")} labelText={`${t("tools.paths")} (${t("common.optional")})`} helperText={t("tools.pathsHelp")} rows={3} />
    </>
  );
}

function Mcp(props: FieldsProps) {
  const { t } = useTranslation();
  const text = useText(props);
  const { fields, onChange } = props;
  return (
    <>
      <RadioButtonGroup className="tool-choice" name="tool-transport" legendText={t("tools.transport")} valueSelected={fields.transport} onChange={(value) => onChange({ transport: value as Fields["transport"] })}>
        <RadioButton id="transport-http" value="http" labelText={t("tools.transportHttp")} />
        <RadioButton id="transport-stdio" value="stdio" labelText={t("tools.transportStdio")} />
      </RadioButtonGroup>
      {props.wrong("transport").invalidText && <p className="form-error">{props.wrong("transport").invalidText}</p>}
      {fields.transport === "http" ? (
        <>
          <TextInput {...text("url")} type="url" labelText={t("endpoints.address")} placeholder="https://" />
          <Checkbox id="tool-sign-in" labelText={t("tools.oauth")} helperText={t("tools.oauthHelp")} checked={fields.sign_in} onChange={(_, { checked }) => onChange({ sign_in: checked })} />
          {fields.sign_in && <TextInput {...text("client_id")} labelText={`${t("tools.clientId")} (${t("common.optional")})`} />}
          {fields.sign_in && <TextInput {...text("scope")} labelText={`${t("tools.scope")} (${t("common.optional")})`} />}
        </>
      ) : (
        <>
          <TextInput {...text("command")} labelText={t("tools.command")} />
          <TextArea {...text("arguments")} labelText={`${t("tools.programArguments")} (${t("common.optional")})`} helperText={t("tools.oneALine")} rows={3} />
          <TextArea {...text("environment")} labelText={`${t("tools.environment")} (${t("common.optional")})`} helperText={t("tools.environmentHelp")} rows={3} />
          <TextInput {...text("memory_mb")} inputMode="numeric" placeholder="1024" labelText={`${t("tools.memory")} (${t("common.optional")})`} />
          <Checkbox id="tool-sandbox" labelText={t("tools.sandbox")} helperText={t("tools.sandboxHelp")} checked={fields.sandbox} onChange={(_, { checked }) => onChange({ sandbox: checked })} />
          {fields.sandbox && <Checkbox id="tool-network" labelText={t("tools.network")} {...props.wrong("network")} checked={fields.network} onChange={(_, { checked }) => onChange({ network: checked })} />}
        </>
      )}
    </>
  );
}

const MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"];

function Sql(props: FieldsProps) {
  const { t } = useTranslation();
  const text = useText(props);
  return (
    <>
      <div className="form-grid">
        <TextInput {...text("host")} labelText={t("tools.host")} />
        <TextInput {...text("port")} inputMode="numeric" labelText={t("tools.port")} />
        <TextInput {...text("database")} labelText={t("tools.database")} />
        <TextInput {...text("user")} labelText={t("tools.user")} helperText={t("tools.userHelp")} />
        <Select {...text("sslmode")} labelText={t("tools.encryption")}>
          <SelectItem value="" text={t("tools.encryptionUsual")} />
          {MODES.map((mode) => (
            <SelectItem key={mode} value={mode} text={mode} />
          ))}
        </Select>
        <TextInput {...text("rows")} inputMode="numeric" labelText={t("tools.rows")} />
      </div>
      <TextInput {...text("schemas")} labelText={t("tools.schemas")} helperText={t("tools.schemasHelp")} />
      <TextArea {...text("tables")} labelText={`${t("tools.tables")} (${t("common.optional")})`} helperText={t("tools.tablesHelp")} rows={2} />
      <TextArea {...text("ca")} labelText={`${t("endpoints.ca")} (${t("common.optional")})`} rows={2} />
    </>
  );
}

/** What only a tool of this kind must know. */
export function KindFields(props: FieldsProps) {
  if (props.fields.kind === "openapi") return <OpenApi {...props} />;
  if (props.fields.kind === "mcp") return <Mcp {...props} />;
  return props.fields.kind === "sql" ? <Sql {...props} /> : null;
}
