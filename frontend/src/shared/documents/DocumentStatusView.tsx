import { ProgressBar, Tag } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { DocumentFacts } from "../../api/types";
import { isActive } from "./status";

/** Where a document is on its way, with its progress or its error. */
export function DocumentStatusView({ document }: { document: DocumentFacts }) {
  const { t } = useTranslation();
  const label = t(`documents.stage.${document.status}`);
  if (isActive(document))
    return (
      <div className="document-status">
        <ProgressBar
          size="small"
          label={document.title}
          hideLabel
          helperText={document.stage || label}
          value={document.status === "queued" ? undefined : document.progress * 100}
        />
      </div>
    );
  return (
    <Tag type={document.status === "ready" ? "green" : "red"} size="sm">
      {label}
    </Tag>
  );
}
