import { Checkbox, Modal, RadioButton, RadioButtonGroup, TextInput } from "@carbon/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "../../api/keys";
import { tools, type OperationBody } from "../../api/tools";
import type { Needs, Operation, Tool } from "../../api/toolTypes";
import { fieldError, useErrorText } from "../../shared/useErrorText";
import { sentRule } from "./rule";
import { RuleEditor } from "./RuleEditor";

interface Props {
  tool: Tool;
  operation: Operation;
  onClose: () => void;
}

/** What an administrator decides about one operation: whether people are asked before it, and how many. */
export function OperationDialog({ tool, operation, onClose }: Props) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  const client = useQueryClient();
  const { title, writes, needs_approval, rule, four_eyes } = operation;
  const [fields, setFields] = useState<Required<Omit<OperationBody, "enabled">>>({ title, writes, needs_approval, rule, four_eyes });
  const set = (changes: Partial<typeof fields>) => setFields((now) => ({ ...now, ...changes }));
  const saving = useMutation({
    mutationFn: () => tools.changeOperation(tool.slug, operation.name, fields.needs_approval === "rule" ? { ...fields, rule: sentRule(fields.rule) } : { ...fields, rule: undefined }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.tools });
      onClose();
    },
  });
  return (
    <Modal
      open
      size="md"
      hasScrollingContent
      modalHeading={t("tools.operationTitle", { name: operation.title || operation.name })}
      primaryButtonText={t("common.save")}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={saving.isPending}
      onRequestSubmit={() => saving.mutate()}
      onRequestClose={onClose}
    >
      <div className="stack">
        <p className="muted plain__text">{operation.description}</p>
        <TextInput id="operation-title" labelText={t("tools.operationName")} helperText={t("tools.operationNameHelp")} maxLength={200} value={fields.title} onChange={({ target }) => set({ title: target.value })} />
        <Checkbox id="operation-writes" labelText={t("tools.writes")} helperText={t("tools.writesHelp")} checked={fields.writes} onChange={(_, { checked }) => set({ writes: checked })} />
        <RadioButtonGroup name="operation-needs" legendText={t("tools.needs")} orientation="vertical" valueSelected={fields.needs_approval} onChange={(value) => set({ needs_approval: value as Needs })}>
          <RadioButton id="needs-never" value="never" labelText={t("tools.needsNever")} />
          <RadioButton id="needs-always" value="always" labelText={t("tools.needsAlways")} />
          <RadioButton id="needs-rule" value="rule" labelText={t("tools.needsRule")} />
        </RadioButtonGroup>
        {fields.needs_approval === "rule" && <RuleEditor rule={fields.rule} names={Object.keys(operation.parameters.properties ?? {})} error={fieldError(saving.error, "rule")} onChange={(next) => set({ rule: next })} />}
        {fields.needs_approval !== "never" && <Checkbox id="operation-four-eyes" labelText={t("tools.fourEyes")} helperText={t("tools.fourEyesHelp")} checked={fields.four_eyes} onChange={(_, { checked }) => set({ four_eyes: checked })} />}
        {saving.error && <p className="form-error" role="alert">{textOf(saving.error)}</p>}
      </div>
    </Modal>
  );
}
