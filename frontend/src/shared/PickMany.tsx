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

/** Choose any number of named things; the ids are what is kept. One that is chosen but not among the items stays chosen:
 * somebody else chose it, who may see what this person may not. */
export function PickMany<T extends { id: string }>({ items, nameOf, chosen, onChange, title, label, helper, id }: Props<T>) {
  const unseen = chosen.filter((each) => !items.some((item) => item.id === each));
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
      onChange={({ selectedItems }) => onChange([...unseen, ...(selectedItems ?? []).map((item) => item.id)])}
    />
  );
}
