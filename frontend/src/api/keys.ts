import type { AuditFilter } from "./endpoints";

/** The names under which answers are kept; one list, so that invalidation never misses one. */
export const keys = {
  me: ["me"] as const,
  collections: ["collections"] as const,
  collection: (id: string) => ["collections", id] as const,
  documents: (collectionId: string) => ["collections", collectionId, "documents"] as const,
  document: (id: string) => ["documents", id] as const,
  documentText: (id: string) => ["documents", id, "text"] as const,
  passages: (id: string) => ["documents", id, "passages"] as const,
  search: (query: string) => ["search", query] as const,
  conversations: ["conversations"] as const,
  conversation: (id: string) => ["conversation", id] as const,
  starters: ["starters"] as const,
  messages: (id: string) => ["conversation", id, "messages"] as const,
  run: (id: string) => ["runs", id] as const,
  people: ["people"] as const,
  groups: ["groups"] as const,
  apiKeys: ["api-keys"] as const,
  endpoints: ["endpoints"] as const,
  models: ["models"] as const,
  arrivals: ["models", "arrivals"] as const,
  policy: ["models", "policy"] as const,
  system: ["system"] as const,
  audit: (filter: AuditFilter) => ["audit", filter] as const,
};
