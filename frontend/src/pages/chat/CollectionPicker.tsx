import { MultiSelect } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { Collection } from "../../api/types";

interface Props {
  collections: Collection[];
  chosen: string[];
  onChange: (ids: string[]) => void;
}

/** Where the next question looks. Nothing chosen means everything that the person may read. */
export function CollectionPicker({ collections, chosen, onChange }: Props) {
  const { t } = useTranslation();
  const selected = collections.filter((collection) => chosen.includes(collection.id));
  const only = selected.length === 1 ? selected[0]?.name : undefined;
  const label = only ?? (selected.length ? t("chat.collectionsCount", { count: selected.length }) : t("chat.allCollections"));
  return (
    <div className="picker">
      <MultiSelect<Collection>
        id="collection-picker"
        size="sm"
        type="inline"
        direction="top"
        titleText={t("chat.collectionPicker")}
        hideLabel
        label={label}
        items={collections}
        itemToString={(item) => item?.name ?? ""}
        selectedItems={selected}
        onChange={({ selectedItems }) => onChange((selectedItems ?? []).map((item) => item.id))}
      />
    </div>
  );
}
