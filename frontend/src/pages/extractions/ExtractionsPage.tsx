import { Button, SkeletonText } from "@carbon/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cursorOf } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { extractions } from "../../api/work";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { RunStatusTag } from "../runs/RunStatusTag";
import { NewExtraction } from "./NewExtraction";

function useExtractions() {
  return useInfiniteQuery({
    queryKey: keys.extractions,
    queryFn: ({ pageParam }) => extractions.list(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => cursorOf(page.next),
  });
}

/** Fields read out of documents: the form, and what was read so far. */
export function Component() {
  const { t } = useTranslation();
  const { time } = useFormat();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useExtractions();
  const all = data?.pages.flatMap((page) => page.results);
  return (
    <div className="page page--narrow">
      <PageHeader title={t("extractions.title")} lead={t("extractions.lead")} />
      <NewExtraction />
      <h2 className="work-heading">{t("extractions.earlier")}</h2>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!all && !error && <SkeletonText paragraph lineCount={4} />}
      {all?.length === 0 && <p className="muted">{t("extractions.none")}</p>}
      <ul className="work-list">
        {all?.map((each) => (
          <li key={each.id}>
            <Link to={`/extractions/${each.id}`}>{each.title || t("extractions.untitled")}</Link>
            <RunStatusTag status={each.run.status} />
            <span className="muted">{[t("knowledge.documents", { count: each.documents }), time(each.created_at)].join(" · ")}</span>
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
