import { Button, Select, SelectItem, TextInput } from "@carbon/react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { AuditFilter } from "../../api/endpoints";
import { actions, useActionName } from "./actions";
import { dayEnd, dayStart } from "../../shared/days";

const EMPTY = { actor: "", action: "", object: "", after: "", before: "" };

export function Filters({ onChange }: { onChange: (filter: AuditFilter) => void }) {
  const { t } = useTranslation();
  const nameOf = useActionName();
  const [fields, setFields] = useState(EMPTY);
  const set = (field: keyof typeof EMPTY) => (event: { target: { value: string } }) =>
    setFields({ ...fields, [field]: event.target.value });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ ...fields, after: dayStart(fields.after), before: dayEnd(fields.before) });
  };
  const clear = () => {
    setFields(EMPTY);
    onChange({});
  };
  return (
    <form className="audit-filters" onSubmit={submit}>
      <TextInput id="audit-actor" size="sm" labelText={t("audit.actor")} value={fields.actor} onChange={set("actor")} />
      <Select id="audit-action" size="sm" labelText={t("audit.action")} value={fields.action} onChange={set("action")}>
        <SelectItem value="" text={t("audit.anyAction")} />
        {actions.map((action) => (
          <SelectItem key={action} value={action} text={nameOf(action)} />
        ))}
      </Select>
      <TextInput id="audit-object" size="sm" labelText={t("audit.object")} value={fields.object} onChange={set("object")} />
      <TextInput id="audit-after" size="sm" type="date" labelText={t("audit.after")} value={fields.after} onChange={set("after")} />
      <TextInput id="audit-before" size="sm" type="date" labelText={t("audit.before")} value={fields.before} onChange={set("before")} />
      <div className="audit-filters__buttons">
        <Button type="submit" size="sm" kind="secondary">
          {t("audit.filter")}
        </Button>
        <Button type="button" size="sm" kind="ghost" onClick={clear}>
          {t("audit.clear")}
        </Button>
      </div>
    </form>
  );
}
