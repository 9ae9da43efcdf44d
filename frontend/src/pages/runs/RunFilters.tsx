import { Button, Select, SelectItem, TextInput } from "@carbon/react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { RunFilter } from "../../api/agents";
import { dayEnd, dayStart } from "../../shared/days";

const EMPTY = { person: "", assistant: "", function: "", status: "", after: "", before: "" };
const STATUSES = ["queued", "running", "awaiting_approval", "completed", "failed", "cancelled"] as const;

export function RunFilters({ onChange }: { onChange: (filter: RunFilter) => void }) {
  const { t } = useTranslation();
  const [fields, setFields] = useState(EMPTY);
  const set = (field: keyof typeof EMPTY) => (event: { target: { value: string } }) => setFields({ ...fields, [field]: event.target.value });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ ...fields, status: fields.status as RunFilter["status"], after: dayStart(fields.after), before: dayEnd(fields.before) });
  };
  const clear = () => {
    setFields(EMPTY);
    onChange({});
  };
  return (
    <form className="audit-filters" onSubmit={submit}>
      <TextInput id="runs-person" size="sm" labelText={t("runs.person")} value={fields.person} onChange={set("person")} />
      <TextInput id="runs-assistant" size="sm" labelText={t("runs.assistant")} value={fields.assistant} onChange={set("assistant")} />
      <TextInput id="runs-function" size="sm" labelText={t("runs.function")} value={fields.function} onChange={set("function")} />
      <Select id="runs-status" size="sm" labelText={t("runs.state")} value={fields.status} onChange={set("status")}>
        <SelectItem value="" text={t("runs.anyStatus")} />
        {STATUSES.map((status) => (
          <SelectItem key={status} value={status} text={t(`runs.status.${status}`)} />
        ))}
      </Select>
      <TextInput id="runs-after" size="sm" type="date" labelText={t("audit.after")} value={fields.after} onChange={set("after")} />
      <TextInput id="runs-before" size="sm" type="date" labelText={t("audit.before")} value={fields.before} onChange={set("before")} />
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
