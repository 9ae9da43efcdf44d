import { MultiSelect } from "@carbon/react";

interface Props<T> {
  id: string;
  title: string;
  label: string;
  helper?: string;
  items: T[];
  nameOf: (item: T) => string;
  chosen: string[];
  onChange: (ids: string[]) => void;
}

/** Choose any number of named things; the ids are what is kept. */
export function PickMany<T extends { id: string }>({ items, nameOf, chosen, onChange, title, label, helper, id }: Props<T>) {
  return (
    <MultiSelect<T>
      id={id}
      direction="top"
      titleText={title}
      label={label}
      helperText={helper}
      items={items}
      itemToString={(item) => (item ? nameOf(item) : "")}
      selectedItems={items.filter((item) => chosen.includes(item.id))}
      onChange={({ selectedItems }) => onChange((selectedItems ?? []).map((item) => item.id))}
    />
  );
}
