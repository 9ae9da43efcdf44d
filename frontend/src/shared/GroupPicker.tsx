import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { allPages } from "../api/allPages";
import { groups } from "../api/endpoints";
import { keys } from "../api/keys";
import { PickMany } from "./PickMany";

interface Props {
  id: string;
  title: string;
  /** Said where no group is chosen. */
  none?: string;
  chosen: string[];
  onChange: (ids: string[]) => void;
}

/** Choose groups of people. */
export function GroupPicker({ id, title, none, chosen, onChange }: Props) {
  const { t } = useTranslation();
  const { data = [] } = useQuery({ queryKey: keys.groups, queryFn: () => allPages(groups.list) });
  const names = data.filter((group) => chosen.includes(group.id)).map(({ name }) => name);
  return (
    <PickMany
      id={id}
      title={title}
      label={names.join(", ") || t("knowledge.chooseGroups")}
      helper={names.length ? undefined : none}
      items={data}
      nameOf={({ name }) => name}
      chosen={chosen}
      onChange={onChange}
    />
  );
}
