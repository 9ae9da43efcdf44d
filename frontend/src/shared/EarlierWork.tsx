import { Button, SkeletonText } from "@carbon/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { cursorOf } from "../api/endpoints";
import type { RunStatus } from "../api/types";
import { RunStatusTag } from "./RunStatusTag";
import { ErrorState } from "./ErrorState";
import { useFormat } from "./format";

interface Work {
  id: string;
  title: string;
  run: { status: RunStatus };
  created_at: string;
}

interface Page<Item> {
  results: Item[];
  next: string | null;
}

interface Props<Item extends Work> {
  queryKey: readonly unknown[];
  list: (cursor?: string) => Promise<Page<Item>>;
  /** Whose page each leads to: `/summaries`. */
  path: string;
  heading: string;
  none: string;
  untitled: string;
  /** What is worth knowing of one, beside its time. */
  about: (each: Item) => string;
}

/** What was made so far, the newest first, each with its state and the way to it. */
export function EarlierWork<Item extends Work>({ queryKey, list, path, heading, none, untitled, about }: Props<Item>) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => list(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => cursorOf(page.next),
  });
  const all = data?.pages.flatMap((page) => page.results);
  return (
    <>
      <h2 className="work-heading">{heading}</h2>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!all && !error && <SkeletonText paragraph lineCount={4} />}
      {all?.length === 0 && <p className="muted">{none}</p>}
      <ul className="work-list">
        {all?.map((each) => (
          <li key={each.id}>
            <Link to={`${path}/${each.id}`}>{each.title || untitled}</Link>
            <RunStatusTag status={each.run.status} />
            <span className="muted">{[about(each), time(each.created_at)].join(" · ")}</span>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button kind="ghost" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("common.more")}
        </Button>
      )}
    </>
  );
}
