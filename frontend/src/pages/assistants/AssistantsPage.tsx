import Add from "@carbon/icons-react/es/Add.js";
import { Button, SkeletonPlaceholder } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { allPages } from "../../api/allPages";
import { assistants } from "../../api/agents";
import type { Assistant } from "../../api/agentTypes";
import { keys } from "../../api/keys";
import { EmptyState } from "../../shared/EmptyState";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { AssistantCard } from "./AssistantCard";

/** Those that answer, and the drafts that the person works on. */
async function everyone(): Promise<Assistant[]> {
  const [usable, editable] = await Promise.all([allPages(assistants.usable), allPages(assistants.editable)]);
  const known = new Set(usable.map(({ slug }) => slug));
  return [...usable, ...editable.filter(({ slug }) => !known.has(slug))];
}

export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: keys.assistants, queryFn: everyone });
  const create = (
    <Button as={Link} to="/assistants/new" renderIcon={Add}>
      {t("assistants.new")}
    </Button>
  );
  return (
    <div className="page">
      <PageHeader title={t("assistants.title")} lead={t("assistants.lead")}>
        {data && data.length > 0 && create}
      </PageHeader>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && (
        <EmptyState title={t("assistants.none")} text={t("assistants.noneText")}>
          {create}
        </EmptyState>
      )}
      <ul className="assistants">
        {!data && !error && [1, 2, 3].map((key) => <SkeletonPlaceholder key={key} className="assistants__skeleton" />)}
        {data?.map((assistant) => (
          <AssistantCard key={assistant.slug} assistant={assistant} />
        ))}
      </ul>
    </div>
  );
}
