import { Button, InlineLoading, TextArea, TextInput } from "@carbon/react";
import type { UseMutationResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Tool } from "../../api/toolTypes";
import { fieldError, useErrorText } from "../../shared/useErrorText";
import { AccessFields, SecretFields } from "./AccessFields";
import { isReady, type Fields } from "./form";
import { KindFields } from "./KindFields";

interface Props {
  fields: Fields;
  tool?: Tool;
  saving: UseMutationResult<Tool, Error, Fields>;
  action: string;
  onChange: (changes: Partial<Fields>) => void;
}

/** All fields of a tool, of whatever kind. */
export function ToolForm({ fields, tool, saving, action, onChange }: Props) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  const wrong = (field: string) => ({ invalid: Boolean(fieldError(saving.error, field)), invalidText: fieldError(saving.error, field) });
  const props = { fields, wrong, onChange, editing: tool !== undefined };
  const server = fieldError(saving.error, "server");
  return (
    <form
      className="stack tool-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady(fields) && !saving.isPending) saving.mutate(fields);
      }}
    >
      {fields.kind !== "builtin" && (
        <>
          <TextInput id="tool-name" labelText={t("common.name")} maxLength={120} value={fields.name} {...wrong("name")} onChange={({ target }) => onChange({ name: target.value })} />
          <TextArea id="tool-description" labelText={`${t("common.description")} (${t("common.optional")})`} rows={2} maxLength={1_000} value={fields.description} {...wrong("description")} onChange={({ target }) => onChange({ description: target.value })} />
        </>
      )}
      <KindFields {...props} />
      <SecretFields {...props} hasSecret={tool?.has_secret ?? false} />
      <AccessFields {...props} />
      {saving.error && <p className="form-error" role="alert">{textOf(saving.error)}</p>}
      {server && <pre className="audit-facts">{server}</pre>}
      <div>
        {saving.isPending ? (
          <InlineLoading description={t("tools.reading")} />
        ) : (
          <Button type="submit" disabled={!isReady(fields)}>
            {action}
          </Button>
        )}
      </div>
    </form>
  );
}
