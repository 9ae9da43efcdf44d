import Add from "@carbon/icons-react/es/Add.js";
import { Button, SkeletonText } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allPages } from "../../api/allPages";
import { keys } from "../../api/keys";
import { schedules } from "../../api/work";
import type { Schedule } from "../../api/workTypes";
import { EmptyState } from "../../shared/EmptyState";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { OnceDialog } from "./OnceDialog";
import { ScheduleCard } from "./ScheduleCard";
import { ScheduleDialog } from "./ScheduleDialog";

type Open = { what: "edit"; schedule?: Schedule } | { what: "once"; schedule: Schedule } | null;

const hasSecrets = ({ hook, hook_secret, webhook_secret }: Schedule) => Boolean(hook ?? hook_secret ?? webhook_secret);

/** What assistants do by themselves for this person. */
export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: keys.schedules, queryFn: () => allPages(schedules.list) });
  const [open, setOpen] = useState<Open>(null);
  const create = (
    <Button renderIcon={Add} onClick={() => setOpen({ what: "edit" })}>
      {t("schedules.new")}
    </Button>
  );
  return (
    <div className="page page--narrow">
      <PageHeader title={t("schedules.title")} lead={t("schedules.lead")}>
        {data && data.length > 0 && create}
      </PageHeader>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonText paragraph lineCount={4} />}
      {data?.length === 0 && (
        <EmptyState title={t("schedules.none")} text={t("schedules.noneText")}>
          {create}
        </EmptyState>
      )}
      <ul className="versions">
        {data?.map((schedule) => (
          <ScheduleCard key={schedule.id} schedule={schedule} onEdit={() => setOpen({ what: "edit", schedule })} />
        ))}
      </ul>
      {open?.what === "edit" && <ScheduleDialog schedule={open.schedule} onClose={() => setOpen(null)} onSaved={(schedule) => setOpen(hasSecrets(schedule) ? { what: "once", schedule } : null)} />}
      {open?.what === "once" && <OnceDialog schedule={open.schedule} onClose={() => setOpen(null)} />}
    </div>
  );
}
