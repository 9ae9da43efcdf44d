import { Breadcrumb, BreadcrumbItem, SkeletonText } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { search } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { isAway } from "../../api/problem";
import type { SearchHit } from "../../api/types";
import { EmptyState } from "../../shared/EmptyState";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { SearchBox } from "../../shared/SearchBox";
import { usePlaceLabel } from "../../shared/usePlaceLabel";
import { highlight, relativeScore } from "./highlight";

function Hit({ hit, query, best }: { hit: SearchHit; query: string; best: number }) {
  const { t } = useTranslation();
  const placeOf = usePlaceLabel();
  const score = relativeScore(hit.score, best);
  return (
    <li>
      <Link className="hit" to={`/knowledge/documents/${hit.document_id}?passage=${hit.passage_id}`}>
        <span className="hit__head">
          <span className="hit__title">{hit.title}</span>
          <span className="hit__score" role="img" aria-label={t("knowledge.score", { score: `${score} %` })}>
            <span style={{ inlineSize: `${score}%` }} />
          </span>
        </span>
        <span className="hit__place">{placeOf(hit.location)}</span>
        <span className="hit__text">
          {highlight(hit.text.replace(/\n{2,}/g, "\n"), query).map(({ text, hit: marked }, index) =>
            marked ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
          )}
        </span>
      </Link>
    </li>
  );
}

function Results({ query }: { query: string }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: keys.search(query), queryFn: () => search(query, []) });
  if (error && !(data && isAway(error))) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonText paragraph lineCount={10} />;
  if (data.results.length === 0)
    return <EmptyState title={t("knowledge.searchEmpty", { query })} text={t("knowledge.searchEmptyText")} />;
  const best = Math.max(...data.results.map((hit) => hit.score));
  return (
    <>
      <p className="muted" role="status">
        {t("knowledge.searchResults", { count: data.results.length, query })}
      </p>
      <ol className="hits">
        {data.results.map((hit) => (
          <Hit key={hit.passage_id} hit={hit} query={query} best={best} />
        ))}
      </ol>
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const query = params.get("q") ?? "";
  return (
    <div className="page page--narrow">
      <Breadcrumb noTrailingSlash>
        <BreadcrumbItem>
          <Link to="/knowledge">{t("knowledge.title")}</Link>
        </BreadcrumbItem>
      </Breadcrumb>
      <PageHeader title={t("knowledge.searchTitle")} />
      <SearchBox key={query} initial={query} />
      {query && <Results query={query} />}
    </div>
  );
}
