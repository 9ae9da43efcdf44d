import { SkeletonPlaceholder } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { approvals } from "../../api/agents";
import { ApprovalCard } from "../../shared/approvals/ApprovalCard";
import { useApprovals } from "../../shared/approvals/useApprovals";
import { EmptyState } from "../../shared/EmptyState";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";

/** What waits for the person's decision: their own runs', and others' where a second person must agree. */
export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useApprovals();
  return (
    <div className="page">
      <PageHeader title={t("approvals.title")} lead={t("approvals.lead")} />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonPlaceholder className="approvals__skeleton" />}
      {data?.length === 0 && <EmptyState title={t("approvals.none")} text={t("approvals.noneText")} />}
      <div className="approvals" aria-live="polite">
        {data?.map((approval) => (
          <ApprovalCard key={approval.id} approval={approval} showAsker decide={(body) => approvals.decide(approval.run, approval.step, body)} />
        ))}
      </div>
    </div>
  );
}
