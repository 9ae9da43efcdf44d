import { useId, type ReactNode } from "react";
import type { Change, Fields } from "../form";

export interface SectionProps {
  fields: Fields;
  onChange: Change;
  /** It is edited, not made. */
  existing: boolean;
  /** What the server said of one field. */
  wrong: (field: string) => { invalid: boolean; invalidText?: string };
}

interface Props {
  title: string;
  lead?: string;
  children: ReactNode;
}

/** A part of the form with a heading of its own. */
export function Section({ title, lead, children }: Props) {
  const id = useId();
  return (
    <section className="form-section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {lead && <p className="muted">{lead}</p>}
      <div className="stack">{children}</div>
    </section>
  );
}
