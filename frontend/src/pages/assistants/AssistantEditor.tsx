import { Button, InlineNotification, OverflowMenu, OverflowMenuItem } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { assistants } from "../../api/agents";
import type { Assistant, AssistantVersion } from "../../api/agentTypes";
import { keys } from "../../api/keys";
import { ConfirmDialog } from "../../shared/dialog/ConfirmDialog";
import { PageHeader } from "../../shared/PageHeader";
import { useChange } from "../../shared/useChange";
import { useEdits } from "../../shared/useEdits";
import { fieldError, useErrorText } from "../../shared/useErrorText";
import { AssistantForm } from "./AssistantForm";
import { emptyFields, fieldsFrom, isReady, type Fields } from "./form";
import { TestPanel } from "./TestPanel";
import { useSave } from "./useSave";

interface Props {
  assistant?: Assistant;
  version?: AssistantVersion;
}

function More({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const { slug, name } = assistant;
  const removal = useChange(() => assistants.remove(slug), { stale: keys.assistants, done: t("assistants.deleted"), onDone: () => void navigate("/assistants") });
  return (
    <>
      <OverflowMenu flipped iconDescription={t("common.actions")} aria-label={t("common.actions")}>
        <OverflowMenuItem itemText={t("common.delete")} isDelete onClick={() => setAsking(true)} />
      </OverflowMenu>
      {asking && (
        <ConfirmDialog title={t("assistants.deleteTitle", { name })} action={t("common.delete")} busy={removal.isPending} onConfirm={() => removal.mutate(undefined)} onClose={() => setAsking(false)}>
          <p>{t("assistants.deleteText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

/** Whether a version came since the form was first changed. */
function useOvertaken(number: number | null | undefined, changed: boolean): boolean {
  const [seen, setSeen] = useState(number);
  if (!changed && seen !== number) setSeen(number);
  return changed && seen !== number;
}

/** The form, and beside it the panel where what it says can be tried before anybody else meets it. */
export function AssistantEditor({ assistant, version }: Props) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  const { fields, edits, change, saved } = useEdits<Fields>(assistant && version ? fieldsFrom(assistant, version) : emptyFields);
  const saving = useSave(assistant, saved);
  const overtaken = useOvertaken(version?.number, Object.keys(edits).length > 0) && !saving.isPending;
  const ready = isReady(fields) && !saving.isPending;
  const save = (publish: boolean) => ready && saving.mutate({ fields, edits, publish });
  const wrong = (field: string) => ({ invalid: Boolean(fieldError(saving.error, field)), invalidText: fieldError(saving.error, field) });
  const lead = assistant && (assistant.version ? t("assistants.answersWith", { version: assistant.version }) : t("assistants.draftLead"));
  return (
    <>
      <PageHeader title={version?.name ?? t("assistants.new")} lead={lead}>
        {assistant && (
          <Button as={Link} to={`/assistants/${assistant.slug}/versions`} kind="ghost">
            {t("assistants.versions")}
          </Button>
        )}
        <Button kind="tertiary" disabled={!ready} onClick={() => save(false)}>
          {t("assistants.saveDraft")}
        </Button>
        <Button disabled={!ready} onClick={() => save(true)}>
          {t("assistants.savePublish")}
        </Button>
        {assistant?.can_delete && <More assistant={assistant} />}
      </PageHeader>
      {overtaken && <InlineNotification className="banner" kind="info" lowContrast hideCloseButton title={t("assistants.overtaken", { version: version?.number })} subtitle={t("assistants.overtakenText")} />}
      {saving.error && <p className="form-error" role="alert">{textOf(saving.error)}</p>}
      <div className="assistant-editor">
        <AssistantForm fields={fields} existing={assistant !== undefined} owner={assistant?.can_delete ?? true} wrong={wrong} onChange={change} />
        <TestPanel slug={assistant?.slug} fields={fields} />
      </div>
    </>
  );
}
