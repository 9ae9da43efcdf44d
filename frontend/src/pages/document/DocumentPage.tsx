import { Breadcrumb, BreadcrumbItem, InlineNotification, SkeletonText } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { allPages } from "../../api/allPages";
import { documents } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { isAway } from "../../api/problem";
import type { DocumentFacts, DocumentText, Passage } from "../../api/types";
import { DocumentStatusView } from "../../shared/documents/DocumentStatusView";
import { isActive, POLL_MS } from "../../shared/documents/status";
import { ErrorState } from "../../shared/ErrorState";
import { marksFor, toBlocks, type Mark } from "../../shared/text/blocks";
import { DocumentBody } from "../../shared/text/DocumentBody";
import { DocumentHead } from "./DocumentHead";
import { Outline } from "./Outline";

const NO_MARKS: Mark[] = [];

function useDocument(id: string) {
  return useQuery({
    queryKey: keys.document(id),
    queryFn: () => documents.one(id),
    refetchInterval: ({ state }) => (state.data && isActive(state.data) ? POLL_MS : false),
  });
}

function useReady(id: string) {
  const text = useQuery({ queryKey: keys.documentText(id), queryFn: () => documents.text(id), staleTime: 60_000 });
  const passages = useQuery({
    queryKey: keys.passages(id),
    queryFn: () => allPages((cursor) => documents.passages(id, cursor)),
    staleTime: 60_000,
  });
  return { text, passages: passages.data ?? [] };
}

interface ReadyProps {
  text: DocumentText;
  passages: Passage[];
}

/** The text with its outline; `?passage=` in the address chooses what is marked. */
function Ready({ text, passages }: ReadyProps) {
  const [params, setParams] = useSearchParams();
  const blocks = useMemo(() => toBlocks(text), [text]);
  const passage = passages.find(({ id }) => id === params.get("passage"));
  const marks = useMemo(() => (passage ? marksFor(text.text, passage.location) : NO_MARKS), [text, passage]);
  return (
    <div className="reader">
      <Outline
        text={text.text}
        blocks={blocks}
        passages={passages}
        chosen={passage?.id}
        onChoose={(id) => setParams({ passage: id }, { replace: true })}
      />
      <div className="reader__text">
        <DocumentBody text={text.text} blocks={blocks} marks={marks} />
      </div>
    </div>
  );
}

function ReadyDocument({ id }: { id: string }) {
  const { text, passages } = useReady(id);
  if (text.error && !(text.data && isAway(text.error))) return <ErrorState error={text.error} onRetry={() => void text.refetch()} />;
  if (!text.data) return <SkeletonText paragraph lineCount={14} />;
  return <Ready text={text.data} passages={passages} />;
}

function NotReady({ document }: { document: DocumentFacts }) {
  const { t } = useTranslation();
  return (
    <div className="stack">
      {document.status === "failed" ? (
        <InlineNotification
          kind="error"
          lowContrast
          hideCloseButton
          title={t("documents.failedTitle")}
          subtitle={document.error ?? ""}
        />
      ) : (
        <>
          <DocumentStatusView document={document} />
          <p className="muted">{t("documents.noText")}</p>
        </>
      )}
    </div>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const { data, error, refetch } = useDocument(id);
  return (
    <div className="page">
      <Breadcrumb noTrailingSlash>
        <BreadcrumbItem>
          <Link to="/knowledge">{t("knowledge.title")}</Link>
        </BreadcrumbItem>
        {data && (
          <BreadcrumbItem>
            <Link to={`/knowledge/collections/${data.collection.id}`}>{data.collection.name}</Link>
          </BreadcrumbItem>
        )}
      </Breadcrumb>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && <DocumentHead document={data} />}
      {data && (data.status === "ready" ? <ReadyDocument key={id} id={id} /> : <NotReady document={data} />)}
    </div>
  );
}
