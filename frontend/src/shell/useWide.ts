import { useSyncExternalStore } from "react";

const query = window.matchMedia?.("(min-width: 66rem)");

function subscribe(listener: () => void): () => void {
  query?.addEventListener("change", listener);
  return () => query?.removeEventListener("change", listener);
}

/** Room for a side panel beside the page (Carbon's `lg` breakpoint). */
export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => query?.matches ?? true);
}
