import { PasswordInput, RadioButton, RadioButtonGroup, Select, SelectItem, TextArea, TextInput } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { GroupPicker } from "../../shared/GroupPicker";
import { isProgram } from "./form";
import type { FieldsProps } from "./KindFields";

const AUTH = ["none", "bearer", "basic", "header", "query"] as const;

/** How it signs in. A secret is stored encrypted, replaced by typing another one, and never shown. */
export function SecretFields({ fields, wrong, onChange, hasSecret }: FieldsProps & { hasSecret: boolean }) {
  const { t } = useTranslation();
  const plain = fields.kind === "sql" || isProgram(fields);
  if (fields.kind === "builtin" || (fields.kind === "mcp" && fields.transport === "http" && fields.sign_in)) return null;
  const named = fields.authType === "header" || fields.authType === "query";
  const label = fields.kind === "sql" ? "signIn.password" : fields.authType === "basic" && !plain ? "tools.userAndPassword" : "tools.secret";
  return (
    <>
      {!plain && (
        <Select id="tool-auth" labelText={t("tools.auth")} value={fields.authType} {...wrong("auth.type")} onChange={({ target }) => onChange({ authType: target.value as (typeof AUTH)[number] })}>
          {AUTH.map((type) => (
            <SelectItem key={type} value={type} text={t(`tools.auths.${type}`)} />
          ))}
        </Select>
      )}
      {!plain && named && <TextInput id="tool-auth-name" labelText={t("tools.authName")} value={fields.authName} {...wrong("auth.name")} onChange={({ target }) => onChange({ authName: target.value })} />}
      {(plain || fields.authType !== "none") && (
        <PasswordInput id="tool-secret" autoComplete="off" labelText={t(label)} helperText={t(hasSecret ? "tools.secretStays" : "endpoints.secretHelp")} showPasswordLabel={t("endpoints.showSecret")} hidePasswordLabel={t("endpoints.hideSecret")} value={fields.secret} {...wrong("auth.value")} onChange={({ target }) => onChange({ secret: target.value })} />
      )}
    </>
  );
}

/** Who may use it, how often, for how long, and where it may call; a program calls where it likes. */
export function AccessFields({ fields, wrong, onChange }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <RadioButtonGroup name="tool-users" legendText={t("assistants.users")} orientation="vertical" valueSelected={fields.restricted ? "groups" : "everyone"} onChange={(value) => onChange({ restricted: value === "groups" })}>
        <RadioButton id="tool-users-everyone" value="everyone" labelText={t("knowledge.visibilityEveryone")} />
        <RadioButton id="tool-users-groups" value="groups" labelText={t("knowledge.visibilityGroups")} />
      </RadioButtonGroup>
      {fields.restricted && <GroupPicker id="tool-groups" title={t("assistants.userGroups")} none={t("tools.usersNobody")} chosen={fields.groups} onChange={(groups) => onChange({ groups })} />}
      <div className="form-grid">
        <TextInput id="tool-rate" inputMode="numeric" labelText={`${t("tools.rate")} (${t("common.optional")})`} helperText={t("tools.rateHelp")} value={fields.calls_per_minute} {...wrong("calls_per_minute")} onChange={({ target }) => onChange({ calls_per_minute: target.value })} />
        <TextInput id="tool-timeout" inputMode="numeric" labelText={t("tools.timeout")} value={fields.timeout} {...wrong("timeout")} onChange={({ target }) => onChange({ timeout: target.value })} />
      </div>
      {!isProgram(fields) && <TextArea id="tool-egress" labelText={`${t("tools.egress")} (${t("common.optional")})`} helperText={t("tools.egressHelp")} rows={2} value={fields.egress} {...wrong("egress.allow")} onChange={({ target }) => onChange({ egress: target.value })} />}
    </>
  );
}
