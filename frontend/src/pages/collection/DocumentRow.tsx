import { Link as CarbonLink, OverflowMenu, OverflowMenuItem, TableCell, TableRow } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { documents } from "../../api/endpoints";
import type { DocumentFacts } from "../../api/types";
import { DeleteDocument, RenameDocument, useRetry } from "../../shared/documents/DocumentDialogs";
import { DocumentStatusView } from "../../shared/documents/DocumentStatusView";
import { useFormat } from "../../shared/format";

type Open = "rename" | "delete" | null;

interface MenuProps {
  document: DocumentFacts;
  onOpen: (open: Open) => void;
}

function Menu({ document, onOpen }: MenuProps) {
  const { t } = useTranslation();
  const retry = useRetry();
  const label = t("documents.actionsFor", { title: document.title });
  const edits = document.can_edit
    ? [
        ...(document.status === "failed"
          ? [<OverflowMenuItem key="retry" itemText={t("common.retry")} onClick={() => retry.mutate(document)} />]
          : []),
        <OverflowMenuItem key="rename" itemText={t("documents.renameTitle")} onClick={() => onOpen("rename")} />,
        <OverflowMenuItem key="delete" itemText={t("common.delete")} isDelete hasDivider onClick={() => onOpen("delete")} />,
      ]
    : [];
  return (
    <OverflowMenu size="md" flipped iconDescription={label} aria-label={label}>
      {[
        <OverflowMenuItem key="download" itemText={t("documents.download")} href={documents.contentUrl(document.id)} />,
        ...edits,
      ]}
    </OverflowMenu>
  );
}

export function DocumentRow({ document }: { document: DocumentFacts }) {
  const { bytes, time } = useFormat();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <TableRow>
      <TableCell className="cell-wrap">
        <CarbonLink as={Link} to={`/knowledge/documents/${document.id}`}>
          {document.title}
        </CarbonLink>
        {document.title !== document.filename && <div className="document-file">{document.filename}</div>}
        {document.error && <div className="document-error">{document.error}</div>}
      </TableCell>
      <TableCell>
        <DocumentStatusView document={document} />
      </TableCell>
      <TableCell>{bytes(document.size)}</TableCell>
      <TableCell>{time(document.created_at)}</TableCell>
      <TableCell className="cell-actions">
        <Menu document={document} onOpen={setOpen} />
        {open === "rename" && <RenameDocument document={document} onClose={close} />}
        {open === "delete" && <DeleteDocument document={document} onClose={close} />}
      </TableCell>
    </TableRow>
  );
}
