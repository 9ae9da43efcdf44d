import { Button, DataTableSkeleton, Table, TableBody, TableCell, TableRow } from "@carbon/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { agentRuns, type RunFilter } from "../../api/agents";
import type { RunSummary } from "../../api/agentTypes";
import { cursorOf } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { ColumnHeads } from "../../shared/ColumnHeads";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";
import { secondsOf } from "../../shared/trace/parts";
import { RunFilters } from "./RunFilters";
import { RunStatusTag } from "../../shared/RunStatusTag";

function Row({ run }: { run: RunSummary }) {
  const { exactTime, number } = useFormat();
  const seconds = secondsOf(run.started_at, run.ended_at);
  return (
    <TableRow>
      <TableCell>
        <Link to={`/administration/runs/${run.id}`}>{exactTime(run.created_at)}</Link>
      </TableCell>
      <TableCell>{run.person}</TableCell>
      <TableCell>{run.assistant && `@${run.assistant}`}</TableCell>
      <TableCell>
        <RunStatusTag status={run.status} />
      </TableCell>
      <TableCell>{number(run.steps)}</TableCell>
      <TableCell>{seconds === null ? "–" : number(Number(seconds.toFixed(1)))}</TableCell>
      <TableCell>{run.usage ? number(run.usage.prompt_tokens + run.usage.completion_tokens) : "–"}</TableCell>
    </TableRow>
  );
}

function useRuns(filter: RunFilter) {
  return useInfiniteQuery({
    queryKey: keys.anyRuns(filter),
    queryFn: ({ pageParam }) => agentRuns.list(filter, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => cursorOf(page.next),
  });
}

/** Everybody's runs of assistants with tools: who asked whom, and what became of it; not what was said. */
export function Component() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<RunFilter>({});
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useRuns(filter);
  const runs = data?.pages.flatMap((page) => page.results);
  const columns = ["runs.begun", "runs.person", "runs.assistant", "runs.state", "runs.steps", "runs.seconds", "runs.tokens"] as const;
  return (
    <div className="page">
      <PageHeader title={t("runs.title")} lead={t("runs.lead")} />
      <RunFilters onChange={setFilter} />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!runs && !error && <DataTableSkeleton showHeader={false} showToolbar={false} columnCount={6} />}
      {runs && (
        <TableFrame label={t("runs.title")}>
          <Table size="md" aria-label={t("runs.title")}>
            <ColumnHeads columns={columns.map((column) => t(column))} />
            <TableBody>
              {runs.map((run) => (
                <Row key={run.id} run={run} />
              ))}
            </TableBody>
          </Table>
        </TableFrame>
      )}
      {runs?.length === 0 && <p className="audit-none">{t("runs.none")}</p>}
      {hasNextPage && (
        <Button kind="ghost" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("common.more")}
        </Button>
      )}
    </div>
  );
}
