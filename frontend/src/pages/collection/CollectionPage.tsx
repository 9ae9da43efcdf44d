import Edit from "@carbon/icons-react/es/Edit.js";
import TrashCan from "@carbon/icons-react/es/TrashCan.js";
import { Breadcrumb, BreadcrumbItem, Button, DataTableSkeleton } from "@carbon/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { allPages } from "../../api/allPages";
import { collections } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Collection } from "../../api/types";
import { CollectionDialog } from "../../shared/collections/CollectionDialog";
import { useReaders } from "../../shared/collections/useReaders";
import { isActive, POLL_MS } from "../../shared/documents/status";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { uploads } from "../../shared/uploads/store";
import { DeleteCollection } from "./DeleteCollection";
import { DocumentTable } from "./DocumentTable";
import { DropZone } from "./DropZone";

function useDocuments(id: string) {
  return useQuery({
    queryKey: keys.documents(id),
    queryFn: () => allPages((cursor) => collections.documents(id, cursor)),
    refetchInterval: ({ state }) => (state.data?.some(isActive) ? POLL_MS : false),
  });
}

function Head({ collection }: { collection: Collection }) {
  const { t } = useTranslation();
  const readers = useReaders(collection);
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const lead = [collection.description, t("knowledge.readBy", { readers })].filter(Boolean).join(" · ");
  return (
    <PageHeader title={collection.name} lead={lead}>
      {collection.can_edit && (
        <>
          <Button kind="tertiary" size="md" renderIcon={Edit} onClick={() => setOpen("edit")}>
            {t("common.edit")}
          </Button>
          <Button kind="danger--ghost" size="md" renderIcon={TrashCan} onClick={() => setOpen("delete")}>
            {t("common.delete")}
          </Button>
        </>
      )}
      {open === "edit" && <CollectionDialog collection={collection} onClose={() => setOpen(null)} />}
      {open === "delete" && <DeleteCollection collection={collection} onClose={() => setOpen(null)} />}
    </PageHeader>
  );
}

function Documents({ collection }: { collection: Collection }) {
  const { data, error, refetch } = useDocuments(collection.id);
  const client = useQueryClient();
  const add = (files: File[]) =>
    uploads.add(collection.id, files, () => void client.invalidateQueries({ queryKey: keys.collections }));
  return (
    <>
      {collection.can_edit && <DropZone name={collection.name} onFiles={add} />}
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <DataTableSkeleton showHeader={false} showToolbar={false} columnCount={4} rowCount={4} />}
      {data && <DocumentTable documents={data} canEdit={collection.can_edit} />}
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const { data, error, refetch } = useQuery({ queryKey: keys.collection(id), queryFn: () => collections.one(id) });
  return (
    <div className="page">
      <Breadcrumb noTrailingSlash>
        <BreadcrumbItem>
          <Link to="/knowledge">{t("knowledge.title")}</Link>
        </BreadcrumbItem>
      </Breadcrumb>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && <Head collection={data} />}
      {data && <Documents key={id} collection={data} />}
    </div>
  );
}
