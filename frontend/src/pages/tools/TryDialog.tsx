import { InlineLoading, InlineNotification, Modal } from "@carbon/react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { tools } from "../../api/tools";
import type { Operation, Tool, Tried } from "../../api/toolTypes";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PlainValue } from "../../shared/values/PlainValue";
import { argumentsOf, NotJson, type Typed } from "./schema";
import { SchemaForm } from "./SchemaForm";

function Answer({ tried }: { tried: Tried }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <div className="stack">
      <InlineNotification kind={tried.ok ? "success" : "error"} lowContrast hideCloseButton title={t(tried.ok ? "tools.worked" : "tools.failed")} subtitle={tried.ok ? t("trace.seconds", { seconds: number(tried.seconds) }) : tried.text} />
      {tried.ok && (
        <section aria-label={t("trace.result")}>
          <pre className="audit-facts">{tried.text}</pre>
        </section>
      )}
      {tried.ok && tried.data !== null && typeof tried.data === "object" && (
        <details className="plain__fold">
          <summary>{t("tools.data")}</summary>
          <PlainValue value={tried.data} />
        </details>
      )}
    </div>
  );
}

interface Props {
  tool: Tool;
  operation: Operation;
  onClose: () => void;
}

/** Calls the operation for real, with arguments from a form, and shows what the model would read. */
export function TryDialog({ tool, operation, onClose }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<Typed>({});
  const calling = useMutation({ mutationFn: (values: Typed) => Promise.resolve().then(() => tools.test(tool.slug, operation.name, argumentsOf(operation.parameters, values))) });
  const notJson = calling.error instanceof NotJson ? calling.error.path : undefined;
  const empty = Object.keys(operation.parameters.properties ?? {}).length === 0;
  return (
    <Modal
      open
      size="md"
      hasScrollingContent
      modalHeading={t("tools.tryTitle", { name: operation.title || operation.name })}
      primaryButtonText={t("tools.call")}
      secondaryButtonText={t("common.close")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={calling.isPending}
      onRequestSubmit={() => calling.mutate(typed)}
      onRequestClose={onClose}
    >
      <div className="stack">
        {operation.writes && <InlineNotification kind="warning" lowContrast hideCloseButton title={t("tools.tryWrites")} />}
        {empty ? <p className="muted">{t("approvals.noArguments")}</p> : <SchemaForm schema={operation.parameters} typed={typed} notJson={notJson} onChange={setTyped} />}
        <div aria-live="polite">
          {calling.isPending && <InlineLoading description={t("tools.calling")} />}
          {calling.error && !notJson && <ErrorState error={calling.error} />}
          {calling.data && <Answer tried={calling.data} />}
        </div>
      </div>
    </Modal>
  );
}
