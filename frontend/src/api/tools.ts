import { get, patch, post, remove } from "./client";
import type { Operation, SignedIn, Tool, ToolAuth, Tried, UsableTool } from "./toolTypes";
import type { Page } from "./types";

type Cursor = string | null | undefined;

/** Beside what every tool has, the fields of its kind. */
export interface ToolBody {
  slug?: string;
  kind?: string;
  name?: string;
  description?: string;
  auth?: ToolAuth;
  egress?: { allow: string[] };
  enabled?: boolean;
  restricted?: boolean;
  groups?: string[];
  calls_per_minute?: number | null;
  timeout?: number;
  [field: string]: unknown;
}

export type OperationBody = Partial<Pick<Operation, "enabled" | "needs_approval" | "rule" | "four_eyes" | "title" | "writes">>;

export const tools = {
  list: (cursor?: Cursor) => get<Page<Tool>>("/tools", { cursor, limit: 100 }),
  one: (slug: string) => get<Tool>(`/tools/${slug}`),
  create: (body: ToolBody) => post<Tool>("/tools", body),
  change: (slug: string, body: ToolBody) => patch<Tool>(`/tools/${slug}`, body),
  remove: (slug: string) => remove(`/tools/${slug}`),
  refresh: (slug: string) => post<Tool>(`/tools/${slug}/refresh`),
  changeOperation: (slug: string, name: string, body: OperationBody) =>
    patch<Operation>(`/tools/${slug}/operations/${encodeURIComponent(name)}`, body),
  test: (slug: string, operation: string, args: Record<string, unknown>) =>
    post<Tried>(`/tools/${slug}/test`, { operation, arguments: args }),
  signIn: (slug: string) => post<{ url: string }>(`/tools/${slug}/oauth`),
  signedIn: (slug: string) => get<SignedIn>(`/tools/${slug}/oauth`),
  usable: (cursor?: Cursor) => get<Page<UsableTool>>("/usable-tools", { cursor, limit: 100 }),
};
