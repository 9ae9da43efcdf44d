import Add from "@carbon/icons-react/es/Add.js";
import { Button, SkeletonPlaceholder } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allPages } from "../../api/allPages";
import { collections } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { CollectionDialog } from "../../shared/collections/CollectionDialog";
import { EmptyState } from "../../shared/EmptyState";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { SearchBox } from "../../shared/SearchBox";
import { CollectionCard } from "./CollectionCard";

export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: keys.collections, queryFn: () => allPages(collections.list) });
  const [creating, setCreating] = useState(false);
  const create = (
    <Button renderIcon={Add} onClick={() => setCreating(true)}>
      {t("knowledge.newCollection")}
    </Button>
  );
  return (
    <div className="page">
      <PageHeader title={t("knowledge.title")} lead={t("knowledge.lead")}>
        {data && data.length > 0 && create}
      </PageHeader>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && data.length > 0 && <SearchBox />}
      {data?.length === 0 && (
        <EmptyState title={t("knowledge.emptyTitle")} text={t("knowledge.emptyText")}>
          {create}
        </EmptyState>
      )}
      <ul className="collections">
        {!data && !error && [1, 2, 3].map((key) => <SkeletonPlaceholder key={key} className="collections__skeleton" />)}
        {data?.map((collection) => (
          <CollectionCard key={collection.id} collection={collection} />
        ))}
      </ul>
      {creating && <CollectionDialog onClose={() => setCreating(false)} />}
    </div>
  );
}
