import type { AuditEvent, AuditVerdict } from "./auditTypes";
import { get, patch, post, put, remove } from "./client";
import type { Diagnosis, ModelEndpoint, Preset } from "./endpointTypes";
import type { Arrivals, ModelJob, ModelList, NewModel, SignaturePolicy } from "./modelTypes";
import type {
  ApiKey,
  Asked,
  Collection,
  Conversation,
  DocumentFacts,
  DocumentText,
  Feedback,
  Group,
  Message,
  Page,
  Passage,
  Person,
  Run,
  SearchHit,
  Starter,
  SystemStatus,
  Visibility,
} from "./types";

type Cursor = string | null | undefined;

/** The list endpoints hand back a cursor, or a whole address that carries one. */
export function cursorOf(next: string | null): string | undefined {
  if (!next) return undefined;
  return next.includes("cursor=") ? (new URL(next, "http://local").searchParams.get("cursor") ?? undefined) : next;
}

export const collections = {
  list: (cursor?: Cursor) => get<Page<Collection>>("/collections", { cursor, limit: 100 }),
  one: (id: string) => get<Collection>(`/collections/${id}`),
  create: (body: CollectionBody) => post<Collection>("/collections", body),
  change: (id: string, body: Partial<CollectionBody>) => patch<Collection>(`/collections/${id}`, body),
  remove: (id: string) => remove(`/collections/${id}`),
  documents: (id: string, cursor?: Cursor, status?: string) =>
    get<Page<DocumentFacts>>(`/collections/${id}/documents`, { cursor, status, limit: 50 }),
};

export interface CollectionBody {
  name: string;
  description: string;
  visibility: Visibility;
  groups: string[];
}

export const documents = {
  one: (id: string) => get<DocumentFacts>(`/documents/${id}`),
  text: (id: string) => get<DocumentText>(`/documents/${id}/text`),
  passages: (id: string, cursor?: Cursor) => get<Page<Passage>>(`/documents/${id}/passages`, { cursor, limit: 100 }),
  rename: (id: string, title: string) => patch<DocumentFacts>(`/documents/${id}`, { title }),
  retry: (id: string) => post<DocumentFacts>(`/documents/${id}/retry`),
  remove: (id: string) => remove(`/documents/${id}`),
  contentUrl: (id: string) => `/api/v1/documents/${id}/content`,
};

export const search = (query: string, collectionIds: string[]) =>
  post<{ results: SearchHit[] }>("/search", {
    query,
    limit: 20,
    ...(collectionIds.length ? { collections: collectionIds } : {}),
  });

export const conversations = {
  list: (cursor?: Cursor) => get<Page<Conversation>>("/conversations", { cursor, limit: 50 }),
  one: (id: string) => get<Conversation>(`/conversations/${id}`),
  create: (collectionIds: string[], assistant = "") =>
    post<Conversation>("/conversations", {
      ...(collectionIds.length ? { collections: collectionIds } : {}),
      ...(assistant ? { assistant } : {}),
    }),
  rename: (id: string, title: string) => patch<Conversation>(`/conversations/${id}`, { title }),
  scope: (id: string, collectionIds: string[]) =>
    patch<Conversation>(`/conversations/${id}`, { collections: collectionIds }),
  remove: (id: string) => remove(`/conversations/${id}`),
  messages: (id: string, cursor?: Cursor) =>
    get<Page<Message>>(`/conversations/${id}/messages`, { cursor, limit: 100 }),
  ask: (id: string, content: string) => post<Asked>(`/conversations/${id}/messages`, { content }),
};

export const starters = () => get<{ results: Starter[] }>("/starters");

export const messages = {
  regenerate: (id: string) => post<Asked>(`/messages/${id}/regenerate`),
  rate: (id: string, feedback: Feedback) => put<Feedback>(`/messages/${id}/feedback`, feedback),
};

export const runs = {
  one: (id: string) => get<Run>(`/runs/${id}`),
  cancel: (id: string) => post<undefined>(`/runs/${id}/cancel`),
  eventsUrl: (id: string) => `/api/v1/runs/${id}/events`,
};

export interface PersonBody {
  email: string;
  name: string;
  role: string;
  groups: string[];
  is_active: boolean;
}

export const people = {
  list: (cursor?: Cursor) => get<Page<Person>>("/people", { cursor, limit: 100 }),
  create: (body: Omit<PersonBody, "is_active">) => post<Person>("/people", body),
  change: (id: string, body: Partial<PersonBody>) => patch<Person>(`/people/${id}`, body),
  newPassword: (id: string) => post<{ password: string }>(`/people/${id}/password`),
};

export interface GroupBody {
  name: string;
  description: string;
  members: string[];
}

export const groups = {
  list: (cursor?: Cursor) => get<Page<Group>>("/groups", { cursor, limit: 100 }),
  create: (body: Pick<GroupBody, "name" | "description">) => post<Group>("/groups", body),
  change: (id: string, body: Partial<GroupBody>) => patch<Group>(`/groups/${id}`, body),
  remove: (id: string) => remove(`/groups/${id}`),
};

export const apiKeys = {
  list: () => get<Page<ApiKey>>("/api-keys"),
  create: (name: string) => post<ApiKey>("/api-keys", { name }),
  remove: (id: string) => remove(`/api-keys/${id}`),
};

export const models = {
  list: () => get<ModelList>("/models"),
  pull: (id: string) => post<ModelJob>(`/models/${id}/pull`),
  verify: (id: string) => post<ModelJob>(`/models/${id}/verify`),
  use: (id: string) => post<undefined>(`/models/${id}/use`),
  remove: (id: string) => remove(`/models/${id}`),
  add: (body: NewModel) => post<ModelJob>("/models", body),
  cancel: (job: string) => post<ModelJob>(`/models/jobs/${job}/cancel`),
  arrivals: () => get<Arrivals>("/models/incoming"),
  policy: () => get<SignaturePolicy>("/models/policy"),
  savePolicy: (body: SignaturePolicy) => put<SignaturePolicy>("/models/policy", body),
};

export interface EndpointBody {
  slug?: string;
  kind?: string;
  secret?: string;
  name: string;
  base_url: string;
  model: string;
  options: Record<string, string>;
  ca: string;
  allow_private: boolean;
  concurrency: number;
  timeout: number;
  /** Of a million tokens, in whatever currency the company counts. */
  price_input: number | null;
  price_output: number | null;
  enabled: boolean;
}

export const modelEndpoints = {
  list: (cursor?: Cursor) => get<Page<ModelEndpoint>>("/endpoints", { cursor, limit: 100 }),
  create: (body: EndpointBody) => post<ModelEndpoint>("/endpoints", body),
  change: (slug: string, body: Partial<EndpointBody>) => patch<ModelEndpoint>(`/endpoints/${slug}`, body),
  remove: (slug: string) => remove(`/endpoints/${slug}`),
  test: (slug: string) => post<Diagnosis>(`/endpoints/${slug}/test`),
  presets: () => get<{ results: Preset[] }>("/endpoint-presets"),
  order: () => get<{ order: string[] }>("/endpoint-order"),
  setOrder: (order: string[]) => put<{ order: string[] }>("/endpoint-order", { order }),
};

export const systemStatus = () => get<SystemStatus>("/system");

export interface AuditFilter {
  actor?: string;
  action?: string;
  object?: string;
  after?: string;
  before?: string;
}

export const audit = {
  list: (filter: AuditFilter, cursor?: Cursor) => get<Page<AuditEvent>>("/audit", { ...filter, cursor, limit: 50 }),
  verify: () => post<AuditVerdict>("/audit/verify"),
  exportPath: "/api/v1/audit/export",
};
