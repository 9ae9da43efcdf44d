import Folder from "@carbon/icons-react/es/Folder.js";
import Locked from "@carbon/icons-react/es/Locked.js";
import UserMultiple from "@carbon/icons-react/es/UserMultiple.js";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Collection } from "../../api/types";
import { useReaders } from "../../shared/collections/useReaders";

export function CollectionCard({ collection }: { collection: Collection }) {
  const { t } = useTranslation();
  const readers = useReaders(collection);
  const Icon = collection.visibility === "everyone" ? UserMultiple : Locked;
  return (
    <li>
      <Link to={`/knowledge/collections/${collection.id}`} className="collection-card">
        <Folder size={24} aria-hidden="true" />
        <h2>{collection.name}</h2>
        {collection.description && <p className="collection-card__text">{collection.description}</p>}
        <div className="collection-card__facts">
          <span>{t("knowledge.documents", { count: collection.documents })}</span>
          <span>
            <Icon aria-hidden="true" /> {readers}
          </span>
        </div>
      </Link>
    </li>
  );
}
