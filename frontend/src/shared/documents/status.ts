import type { DocumentFacts } from "../../api/types";

/** Still on its way to being searchable: the page asks again until this ends. */
export const isActive = (document: Pick<DocumentFacts, "status">) => !["ready", "failed"].includes(document.status);

export const POLL_MS = 1_500;
