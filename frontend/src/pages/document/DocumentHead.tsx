import Download from "@carbon/icons-react/es/Download.js";
import Edit from "@carbon/icons-react/es/Edit.js";
import Renew from "@carbon/icons-react/es/Renew.js";
import TrashCan from "@carbon/icons-react/es/TrashCan.js";
import { Button, IconButton } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { documents } from "../../api/endpoints";
import type { DocumentFacts } from "../../api/types";
import { DeleteDocument, RenameDocument, useRetry } from "../../shared/documents/DocumentDialogs";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { languageName } from "./languageName";

function Facts({ document }: { document: DocumentFacts }) {
  const { t, i18n } = useTranslation();
  const { bytes, time } = useFormat();
  return (
    <details className="document-facts">
      <summary>{t("documents.facts")}</summary>
      <dl className="facts">
        <dt>{t("documents.file")}</dt>
        <dd>{document.filename}</dd>
        <dt>{t("documents.type")}</dt>
        <dd>{document.media_type}</dd>
        <dt>{t("documents.size")}</dt>
        <dd>{bytes(document.size)}</dd>
        <dt>{t("documents.language")}</dt>
        <dd>{languageName(document.language, i18n.language)}</dd>
        <dt>{t("documents.added")}</dt>
        <dd>{time(document.created_at)}</dd>
        <dt>{t("documents.sha256")}</dt>
        <dd className="mono">{document.sha256}</dd>
      </dl>
    </details>
  );
}

export function DocumentHead({ document }: { document: DocumentFacts }) {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const navigate = useNavigate();
  const retry = useRetry();
  const [open, setOpen] = useState<"rename" | "delete" | null>(null);
  const close = () => setOpen(null);
  const lead = `${document.filename} · ${bytes(document.size)} · ${t("knowledge.passages", { count: document.passages })}`;
  return (
    <>
      <PageHeader title={document.title} lead={lead}>
        {document.can_edit && document.status === "failed" && (
          <Button kind="primary" size="md" renderIcon={Renew} onClick={() => retry.mutate(document)}>
            {t("common.retry")}
          </Button>
        )}
        <Button kind="tertiary" size="md" renderIcon={Download} href={documents.contentUrl(document.id)}>
          {t("documents.download")}
        </Button>
        {document.can_edit && (
          <>
            <IconButton kind="ghost" label={t("documents.renameTitle")} align="bottom-end" onClick={() => setOpen("rename")}>
              <Edit />
            </IconButton>
            <IconButton kind="ghost" label={t("common.delete")} align="bottom-end" onClick={() => setOpen("delete")}>
              <TrashCan />
            </IconButton>
          </>
        )}
      </PageHeader>
      <Facts document={document} />
      {open === "rename" && <RenameDocument document={document} onClose={close} />}
      {open === "delete" && (
        <DeleteDocument
          document={document}
          onClose={close}
          onDone={() => void navigate(`/knowledge/collections/${document.collection.id}`)}
        />
      )}
    </>
  );
}
