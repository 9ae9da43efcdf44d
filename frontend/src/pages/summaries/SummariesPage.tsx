import { Button, SkeletonText } from "@carbon/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cursorOf } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { summaries } from "../../api/work";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { RunStatusTag } from "../runs/RunStatusTag";
import { NewSummary } from "./NewSummary";

function useSummaries() {
  return useInfiniteQuery({
    queryKey: keys.summaries,
    queryFn: ({ pageParam }) => summaries.list(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => cursorOf(page.next),
  });
}

/** Long texts made short: the form, and what was made so far. */
export function Component() {
  const { t } = useTranslation();
  const { time } = useFormat();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useSummaries();
  const all = data?.pages.flatMap((page) => page.results);
  return (
    <div className="page page--narrow">
      <PageHeader title={t("summaries.title")} lead={t("summaries.lead")} />
      <NewSummary />
      <h2 className="work-heading">{t("summaries.earlier")}</h2>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!all && !error && <SkeletonText paragraph lineCount={4} />}
      {all?.length === 0 && <p className="muted">{t("summaries.none")}</p>}
      <ul className="work-list">
        {all?.map((summary) => (
          <li key={summary.id}>
            <Link to={`/summaries/${summary.id}`}>{summary.title || t("summaries.untitled")}</Link>
            <RunStatusTag status={summary.run.status} />
            <span className="muted">{[t(`summaries.styles.${summary.style}`), time(summary.created_at)].join(" · ")}</span>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button kind="ghost" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("common.more")}
        </Button>
      )}
    </div>
  );
}
