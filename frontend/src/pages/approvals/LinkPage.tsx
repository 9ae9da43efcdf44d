import { Button, SkeletonPlaceholder } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { approvals } from "../../api/agents";
import { ApiError } from "../../api/problem";
import { useMe } from "../../api/useMe";
import { ApprovalCard } from "../../shared/approvals/ApprovalCard";
import { EmptyState } from "../../shared/EmptyState";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";

function All() {
  const { t } = useTranslation();
  return (
    <div>
      <Button as={Link} to="/approvals" kind="tertiary">
        {t("approvals.linkAll")}
      </Button>
    </div>
  );
}

/** Where the link of a mail leads. Looking decides nothing; a decision uses the link up. */
export function Component() {
  const { t } = useTranslation();
  const { token = "" } = useParams();
  const [decided, setDecided] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: ["approval-link", token], queryFn: () => approvals.byLink(token), enabled: !decided, retry: false, gcTime: 0 });
  const { data: me } = useMe();
  const over = data !== undefined && (data.status !== "pending" || data.decisions.some(({ person }) => person.id === me?.id));
  const gone = error instanceof ApiError && [404, 409].includes(error.status);
  return (
    <div className="page page--narrow">
      <PageHeader title={t("approvals.linkTitle")} lead={data && !decided && !over ? t("approvals.linkLead") : undefined} />
      <div className="stack">
        <div role="status">{decided && <p>{t("approvals.decided")}</p>}</div>
        {decided && <All />}
        {!decided && gone && (
          <EmptyState title={t("notFound.title")} text={t("approvals.linkGone")}>
            <All />
          </EmptyState>
        )}
        {!decided && error && !gone && <ErrorState error={error} onRetry={() => void refetch()} />}
        {!decided && !data && !error && <SkeletonPlaceholder className="approvals__skeleton" />}
        {!decided && data && (
          <ApprovalCard
            approval={data}
            showAsker
            decide={async (body) => {
              const answer = await approvals.decideByLink(token, body);
              setDecided(true);
              return answer;
            }}
          />
        )}
        {!decided && over && <All />}
      </div>
    </div>
  );
}
