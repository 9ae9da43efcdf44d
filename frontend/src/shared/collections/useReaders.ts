import { useTranslation } from "react-i18next";
import type { Collection } from "../../api/types";
import { useFormat } from "../format";

/** Who can read a collection, in words. */
export function useReaders(collection: Pick<Collection, "visibility" | "groups">): string {
  const { t } = useTranslation();
  const { list } = useFormat();
  if (collection.visibility === "everyone") return t("knowledge.readEveryone");
  if (collection.groups.length === 0) return t("knowledge.readNobody");
  return list(collection.groups.map((group) => group.name));
}
