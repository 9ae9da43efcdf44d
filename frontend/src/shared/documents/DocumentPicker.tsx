import { Select, SelectItem } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { allPages } from "../../api/allPages";
import { collections } from "../../api/endpoints";
import { keys } from "../../api/keys";

export interface Picked {
  collection: string;
  /** None: all of the collection's. */
  document: string;
}

export const NOTHING_PICKED: Picked = { collection: "", document: "" };

/** A collection, and one of its documents that are ready. */
export function DocumentPicker({ picked, onChange }: { picked: Picked; onChange: (picked: Picked) => void }) {
  const { t } = useTranslation();
  const { data: all = [] } = useQuery({ queryKey: keys.collections, queryFn: () => allPages(collections.list) });
  const { data: documents = [] } = useQuery({
    queryKey: [...keys.documents(picked.collection), "ready"],
    queryFn: () => allPages((cursor) => collections.documents(picked.collection, cursor, "ready")),
    enabled: picked.collection !== "",
  });
  return (
    <div className="form-grid">
      <Select id="pick-collection" labelText={t("work.collection")} value={picked.collection} onChange={({ target }) => onChange({ collection: target.value, document: "" })}>
        <SelectItem value="" text={t("work.choose")} />
        {all.map(({ id, name }) => (
          <SelectItem key={id} value={id} text={name} />
        ))}
      </Select>
      <Select id="pick-document" labelText={t("work.document")} value={picked.document} disabled={!picked.collection} onChange={({ target }) => onChange({ ...picked, document: target.value })}>
        <SelectItem value="" text={t("work.allDocuments")} />
        {documents.map(({ id, title }) => (
          <SelectItem key={id} value={id} text={title} />
        ))}
      </Select>
    </div>
  );
}
