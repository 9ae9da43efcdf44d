import { Search, Select, SelectItem, Table, TableBody } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DocumentFacts } from "../../api/types";
import { ColumnHeads } from "../../shared/ColumnHeads";
import { isActive } from "../../shared/documents/status";
import { EmptyState } from "../../shared/EmptyState";
import { TableFrame } from "../../shared/TableFrame";
import { DocumentRow } from "./DocumentRow";

const STATES = {
  all: () => true,
  active: isActive,
  ready: (document: DocumentFacts) => document.status === "ready",
  failed: (document: DocumentFacts) => document.status === "failed",
};

type State = keyof typeof STATES;

function useFiltered(documents: DocumentFacts[]) {
  const [words, setWords] = useState("");
  const [state, setState] = useState<State>("all");
  const wanted = words.trim().toLocaleLowerCase();
  const shown = documents.filter(
    (document) =>
      STATES[state](document) && `${document.title} ${document.filename}`.toLocaleLowerCase().includes(wanted),
  );
  return { words, setWords, state, setState, shown };
}

export function DocumentTable({ documents, canEdit }: { documents: DocumentFacts[]; canEdit: boolean }) {
  const { t } = useTranslation();
  const { words, setWords, state, setState, shown } = useFiltered(documents);
  if (documents.length === 0)
    return <EmptyState title={t("documents.emptyTitle")} text={t(canEdit ? "documents.emptyText" : "documents.emptyRead")} />;
  return (
    <>
      <div className="toolbar">
        <div className="toolbar__grow">
          <Search
            id="document-filter"
            size="md"
            labelText={t("documents.filter")}
            placeholder={t("documents.filter")}
            closeButtonLabelText={t("common.clear")}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </div>
        <Select
          id="document-state"
          size="md"
          labelText={t("documents.status")}
          hideLabel
          value={state}
          onChange={(event) => setState(event.target.value as State)}
        >
          <SelectItem value="all" text={t("documents.statusAll")} />
          <SelectItem value="active" text={t("documents.statusActive")} />
          <SelectItem value="ready" text={t("documents.statusReady")} />
          <SelectItem value="failed" text={t("documents.statusFailed")} />
        </Select>
      </div>
      <TableFrame label={t("documents.title")}>
        <Table size="lg" aria-label={t("documents.title")}>
          <ColumnHeads actions columns={[t("common.name"), t("documents.status"), t("documents.size"), t("documents.added")]} />
          <TableBody>
            {shown.map((document) => (
              <DocumentRow key={document.id} document={document} />
            ))}
          </TableBody>
        </Table>
      </TableFrame>
      {shown.length === 0 && <p className="none">{t("documents.noMatch")}</p>}
    </>
  );
}
