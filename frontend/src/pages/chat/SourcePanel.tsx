import Close from "@carbon/icons-react/es/Close.js";
import Document from "@carbon/icons-react/es/Document.js";
import Launch from "@carbon/icons-react/es/Launch.js";
import { IconButton, SkeletonText } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { documents } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { isAway } from "../../api/problem";
import type { Citation } from "../../api/types";
import { ErrorState } from "../../shared/ErrorState";
import { around, marksFor, toBlocks } from "../../shared/text/blocks";
import { DocumentBody } from "../../shared/text/DocumentBody";
import { usePlaceLabel } from "../../shared/usePlaceLabel";

/** So much of the document is drawn before and after the passage; the rest is a click away. */
const REACH = 6_000;

function Surroundings({ citation, id }: { citation: Citation; id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: keys.documentText(id),
    queryFn: () => documents.text(id),
    staleTime: 60_000,
  });
  const drawn = useMemo(() => {
    if (!data) return null;
    const marks = marksFor(data.text, citation.location, citation.quote);
    return { marks, blocks: around(toBlocks(data), marks[0]!, REACH) };
  }, [data, citation]);
  if (error && !(data && isAway(error))) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data || !drawn) return <SkeletonText paragraph lineCount={12} />;
  return <DocumentBody text={data.text} blocks={drawn.blocks} marks={drawn.marks} />;
}

/** The document by itself, in Quarry and as it was uploaded. */
function Links({ citation, id }: { citation: Citation; id: string }) {
  const { t } = useTranslation();
  return (
    <div className="source-panel__links">
      <Link to={`/knowledge/documents/${id}?passage=${citation.passage_id}`}>
        <Document aria-hidden="true" /> {t("chat.openDocument")}
      </Link>
      <a href={documents.contentUrl(id)} target="_blank" rel="noopener">
        <Launch aria-hidden="true" /> {t("chat.openOriginal")}
      </a>
    </div>
  );
}

/** Escape closes; the keyboard starts on the close button and goes back to where it was. */
function usePanelFocus(onClose: () => void) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    panel.current?.focus({ preventScroll: true });
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && onClose();
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", onKey);
      before?.focus({ preventScroll: true });
    };
  }, [onClose]);
  return panel;
}

/** The cited document beside the answer, open at the very passage; of the person's own text the sentence alone. On a phone
 * it covers the page. */
export function SourcePanel({ citation, onClose }: { citation: Citation; onClose: () => void }) {
  const { t } = useTranslation();
  const placeOf = usePlaceLabel();
  const panel = usePanelFocus(onClose);
  const { document_id: id } = citation;
  return (
    <aside className="source-panel" aria-label={t("chat.source", { marker: citation.marker, title: citation.title })} tabIndex={-1} ref={panel}>
      <header className="source-panel__head">
        <div className="source-panel__words">
          <h2>{citation.title}</h2>
          <p>{placeOf(citation.location)}</p>
        </div>
        <IconButton kind="ghost" size="md" align="left" label={t("chat.closeSource")} onClick={onClose}>
          <Close />
        </IconButton>
      </header>
      {id && <Links citation={citation} id={id} />}
      <div className="source-panel__text">
        {id ? (
          <Surroundings key={citation.passage_id} citation={citation} id={id} />
        ) : (
          <blockquote>
            <mark className="highlight highlight--quote">{citation.quote}</mark>
          </blockquote>
        )}
      </div>
    </aside>
  );
}
