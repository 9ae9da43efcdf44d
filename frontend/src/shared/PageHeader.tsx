import type { ReactNode } from "react";
import { useTitle } from "./useTitle";

interface Props {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
}

/** The top of a page: its one h1, a sentence, and what can be done here. */
export function PageHeader({ title, lead, children }: Props) {
  useTitle(title);
  return (
    <header className="page-header">
      <div className="page-header__words">
        <h1 className="page-header__title">{title}</h1>
        {lead && <p className="page-header__lead">{lead}</p>}
      </div>
      {children && <div className="page-header__actions">{children}</div>}
    </header>
  );
}
