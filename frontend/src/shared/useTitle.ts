import { useEffect } from "react";

/** The browser's title, which a screen reader speaks on every change of page. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Quarry` : "Quarry";
  }, [title]);
}
