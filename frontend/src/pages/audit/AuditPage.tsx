import { Button, DataTableSkeleton, Table, TableBody, TableCell, TableHead, TableHeader, TableRow, Tag } from "@carbon/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { audit, cursorOf, type AuditFilter } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { AuditEvent } from "../../api/auditTypes";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";
import { useActionName } from "./actions";
import { EventDialog } from "./EventDialog";
import { ExportMenu } from "./ExportMenu";
import { Filters } from "./Filters";
import { VerifyButton } from "./VerifyButton";

interface RowProps {
  event: AuditEvent;
  onOpen: () => void;
}

function Row({ event, onOpen }: RowProps) {
  const { t } = useTranslation();
  const { exactTime } = useFormat();
  const nameOf = useActionName();
  return (
    <TableRow>
      <TableCell>
        <button type="button" className="audit-open" onClick={onOpen}>
          {exactTime(event.time)} <span className="visually-hidden">{t("audit.show", { id: event.id })}</span>
        </button>
      </TableCell>
      <TableCell>{event.actor?.email ?? t("audit.system")}</TableCell>
      <TableCell>
        <Tag type={/fail|refuse|den/.test(event.action) ? "red" : "gray"} size="sm">
          {nameOf(event.action)}
        </Tag>
      </TableCell>
      <TableCell className="cell-wrap">{event.object?.label ?? "–"}</TableCell>
      <TableCell className="mono muted">{event.hash.slice(0, 12)}</TableCell>
    </TableRow>
  );
}

function useEvents(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: keys.audit(filter),
    queryFn: ({ pageParam }) => audit.list(filter, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => cursorOf(page.next),
  });
}

export function Component() {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<AuditFilter>({});
  const [open, setOpen] = useState<AuditEvent | null>(null);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useEvents(filter);
  const events = data?.pages.flatMap((page) => page.results);
  return (
    <div className="page">
      <PageHeader title={t("audit.title")} lead={t("audit.lead")}>
        <VerifyButton />
        <ExportMenu filter={filter} />
      </PageHeader>
      <Filters onChange={setFilter} />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!events && !error && <DataTableSkeleton showHeader={false} showToolbar={false} columnCount={5} />}
      {events && (
        <TableFrame label={t("audit.title")}>
          <Table size="md" aria-label={t("audit.title")}>
            <TableHead>
              <TableRow>
                <TableHeader>{t("audit.time")}</TableHeader>
                <TableHeader>{t("audit.actor")}</TableHeader>
                <TableHeader>{t("audit.action")}</TableHeader>
                <TableHeader>{t("audit.object")}</TableHeader>
                <TableHeader>{t("audit.hash")}</TableHeader>
              </TableRow>
            </TableHead>
            <TableBody>
              {events.map((event) => (
                <Row key={event.id} event={event} onOpen={() => setOpen(event)} />
              ))}
            </TableBody>
          </Table>
        </TableFrame>
      )}
      {events?.length === 0 && <p className="audit-none">{t("audit.empty")}</p>}
      {hasNextPage && (
        <Button kind="ghost" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("common.more")}
        </Button>
      )}
      {open && <EventDialog event={open} onClose={() => setOpen(null)} />}
    </div>
  );
}
