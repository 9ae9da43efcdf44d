import { Checkbox, Modal, Select, SelectItem, TextArea, TextInput } from "@carbon/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allPages } from "../../api/allPages";
import { collections } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { schedules } from "../../api/work";
import type { Schedule, TriggerKind } from "../../api/workTypes";
import { useUsableAssistants } from "../../shared/assistants/useAssistants";
import { PickMany } from "../../shared/PickMany";
import { fieldError, useErrorText } from "../../shared/useErrorText";
import { bodyOf, DAYS, fieldsFrom, isReady, KINDS, type Fields } from "./form";

interface Props {
  schedule?: Schedule;
  onClose: () => void;
  onSaved: (schedule: Schedule) => void;
}

interface TriggerProps {
  fields: Fields;
  onChange: (changes: Partial<Fields>) => void;
}

function TriggerFields({ fields, onChange }: TriggerProps) {
  const { t } = useTranslation();
  const { data = [] } = useQuery({ queryKey: keys.collections, queryFn: () => allPages(collections.list), enabled: fields.kind === "document" });
  const toggle = (day: string) => onChange({ days: DAYS.filter((each) => (each === day) !== fields.days.includes(each)) });
  return (
    <>
      <Select id="schedule-kind" labelText={t("schedules.when")} value={fields.kind} onChange={({ target }) => onChange({ kind: target.value as TriggerKind })}>
        {KINDS.map((kind) => (
          <SelectItem key={kind} value={kind} text={t(`schedules.kinds.${kind}`)} />
        ))}
      </Select>
      {(fields.kind === "daily" || fields.kind === "weekly") && <TextInput id="schedule-at" type="time" labelText={t("schedules.at")} value={fields.at} onChange={({ target }) => onChange({ at: target.value })} />}
      {fields.kind === "weekly" && (
        <fieldset className="schedule-days">
          <legend className="cds--label">{t("schedules.days")}</legend>
          {DAYS.map((day) => (
            <Checkbox key={day} id={`schedule-${day}`} labelText={t(`schedules.day.${day}`)} checked={fields.days.includes(day)} onChange={() => toggle(day)} />
          ))}
        </fieldset>
      )}
      {fields.kind === "cron" && <TextInput id="schedule-cron" labelText={t("schedules.cron")} helperText={t("schedules.cronHelp")} value={fields.cron} onChange={({ target }) => onChange({ cron: target.value })} />}
      {fields.kind === "document" && <PickMany id="schedule-collections" title={t("assistants.collections")} label={fields.collections.length ? t("chat.collectionsCount", { count: fields.collections.length }) : t("assistants.noCollections")} items={data} nameOf={({ name }) => name} chosen={fields.collections} onChange={(ids) => onChange({ collections: ids })} />}
      {fields.kind === "webhook" && <Checkbox id="schedule-signed" labelText={t("schedules.signed")} helperText={t("schedules.signedHelp")} checked={fields.signed} onChange={(_, { checked }) => onChange({ signed: checked })} />}
    </>
  );
}

/** What is done by itself, when, by whom, and where the result goes. */
export function ScheduleDialog({ schedule, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  const client = useQueryClient();
  const { data: assistants = [] } = useUsableAssistants();
  const [fields, setFields] = useState<Fields>(() => fieldsFrom(schedule));
  const set = (changes: Partial<Fields>) => setFields((now) => ({ ...now, ...changes }));
  const saving = useMutation({
    mutationFn: () => (schedule ? schedules.change(schedule.id, bodyOf(fields, schedule)) : schedules.create(bodyOf(fields))),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: keys.schedules });
      onSaved(saved);
    },
  });
  const ready = isReady(fields) && !saving.isPending;
  const wrong = (field: string) => ({ invalid: Boolean(fieldError(saving.error, field)), invalidText: fieldError(saving.error, field) });
  return (
    <Modal
      open
      size="sm"
      hasScrollingContent
      modalHeading={t(schedule ? "schedules.edit" : "schedules.new")}
      primaryButtonText={t("common.save")}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={!ready}
      onRequestSubmit={() => ready && saving.mutate()}
      onRequestClose={onClose}
    >
      <div className="stack">
        <TextInput id="schedule-name" labelText={t("common.name")} maxLength={120} value={fields.name} {...wrong("name")} onChange={({ target }) => set({ name: target.value })} />
        <Select id="schedule-assistant" labelText={t("chat.assistant")} value={fields.assistant} onChange={({ target }) => set({ assistant: target.value })}>
          <SelectItem value="" text={t("chat.noAssistant")} />
          {assistants.map(({ slug, name }) => (
            <SelectItem key={slug} value={slug} text={name} />
          ))}
        </Select>
        <TextArea id="schedule-prompt" labelText={t("schedules.prompt")} rows={4} maxLength={8_000} value={fields.prompt} {...wrong("prompt")} onChange={({ target }) => set({ prompt: target.value })} />
        <TriggerFields fields={fields} onChange={set} />
        <Checkbox id="schedule-mail" labelText={t("schedules.mail")} checked={fields.mail} onChange={(_, { checked }) => set({ mail: checked })} />
        <TextInput id="schedule-webhook" type="url" labelText={`${t("schedules.webhook")} (${t("common.optional")})`} helperText={t("schedules.webhookHelp")} placeholder="https://" value={fields.webhook} {...wrong("webhook")} onChange={({ target }) => set({ webhook: target.value })} />
        {saving.error && <p className="form-error" role="alert">{textOf(saving.error)}</p>}
      </div>
    </Modal>
  );
}
