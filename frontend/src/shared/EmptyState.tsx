import type { ReactNode } from "react";
import { Mark } from "./Mark";

interface Props {
  title: string;
  text?: string;
  level?: 1 | 2;
  children?: ReactNode;
}

/** A page or panel with nothing in it yet: says so, and offers the next step. */
export function EmptyState({ title, text, level = 2, children }: Props) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className="empty-state">
      <Mark size={48} />
      <Heading className="empty-state__title">{title}</Heading>
      {text && <p className="empty-state__text">{text}</p>}
      {children && <div className="empty-state__actions">{children}</div>}
    </div>
  );
}
