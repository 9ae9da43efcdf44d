import type { AnyRun, Approval, Assistant, AssistantContent, AssistantVersion, DecidedAnswer, DecisionBody, Difference, RunSummary, Sharing } from "./agentTypes";
import { get, patch, post, remove } from "./client";
import type { Page, RunStatus, Started } from "./types";

type Cursor = string | null | undefined;

export interface AssistantBody extends Partial<AssistantContent>, Partial<Sharing> {
  note?: string;
  publish?: boolean;
  /** The newest version that was seen: a later one of somebody else's is not written over. */
  base?: number;
}

export interface TrialBody extends Partial<AssistantContent> {
  content: string;
  history: { role: "user" | "assistant"; content: string }[];
}

export const assistants = {
  usable: (cursor?: Cursor) => get<Page<Assistant>>("/assistants", { cursor, limit: 100 }),
  editable: (cursor?: Cursor) => get<Page<Assistant>>("/assistants", { cursor, limit: 100, editable: 1 }),
  usableModels: () => get<{ results: { id: string; name: string }[] }>("/usable-models"),
  one: (slug: string) => get<Assistant>(`/assistants/${slug}`),
  create: (body: AssistantBody & { slug: string; name: string }) => post<Assistant>("/assistants", body),
  change: (slug: string, body: AssistantBody) => patch<Assistant>(`/assistants/${slug}`, body),
  remove: (slug: string) => remove(`/assistants/${slug}`),
  versions: (slug: string, cursor?: Cursor) => get<Page<AssistantVersion>>(`/assistants/${slug}/versions`, { cursor, limit: 50 }),
  version: (slug: string, number: number) => get<AssistantVersion>(`/assistants/${slug}/versions/${number}`),
  difference: (slug: string, before: number, after: number) =>
    get<{ results: Difference[] }>(`/assistants/${slug}/versions/${before}/diff/${after}`),
  publish: (slug: string, version: number) => post<AssistantVersion>(`/assistants/${slug}/publish`, { version }),
  test: (slug: string, body: TrialBody) => post<{ run: Started }>(`/assistants/${slug}/test`, body),
};

export const approvals = {
  list: (cursor?: Cursor) => get<Page<Approval>>("/approvals", { cursor, limit: 50 }),
  decide: (run: string, step: string, body: DecisionBody) => post<DecidedAnswer>(`/runs/${run}/approvals/${step}`, body),
  byLink: (token: string) => get<Approval>(`/approvals/links/${encodeURIComponent(token)}`),
  decideByLink: (token: string, body: DecisionBody) => post<DecidedAnswer>(`/approvals/links/${encodeURIComponent(token)}`, body),
};

export interface RunFilter {
  person?: string;
  assistant?: string;
  function?: string;
  status?: RunStatus | "";
  after?: string;
  before?: string;
}

export const agentRuns = {
  list: (filter: RunFilter, cursor?: Cursor) => get<Page<RunSummary>>("/administration/runs", { ...filter, cursor, limit: 50 }),
  one: (id: string) => get<AnyRun>(`/administration/runs/${id}`),
  replay: (id: string) => post<Started>(`/runs/${id}/replay`),
};
