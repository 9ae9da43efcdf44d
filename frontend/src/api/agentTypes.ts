/** What the server says of assistants, their runs and what people are asked. */
import type { Named, Run, RunStatus, Step } from "./types";

export interface Limits {
  steps?: number;
  tokens?: number;
  seconds?: number;
  calls?: number;
  cost?: number;
}

/** What makes a version of an assistant. */
export interface AssistantContent {
  name: string;
  picture: string;
  purpose: string;
  instructions: string;
  models: string[];
  /** Nothing chosen: everything that the asking person may read. */
  collections: string[] | null;
  tools: string[];
  limits: Limits;
  greeting: string;
  starters: string[];
}

export interface Assistant extends Pick<AssistantContent, "name" | "picture" | "purpose" | "greeting" | "starters"> {
  slug: string;
  /** The number of the version that answers; none while it is a draft. */
  version: number | null;
  ready_made: boolean;
  enabled: boolean;
  restricted: boolean;
  can_edit: boolean;
  can_delete: boolean;
  /** Only for those who may change it, as are the groups. */
  newest?: number;
  groups?: Named[];
  editors?: Named[];
}

export interface AssistantVersion extends AssistantContent {
  number: number;
  published: boolean;
  note: string;
  created_by: string | null;
  created_at: string;
}

export interface Difference {
  field: string;
  before: unknown;
  after: unknown;
}

export interface Sharing {
  enabled: boolean;
  restricted: boolean;
  groups: string[];
  editors?: string[];
}

export type Decided = "approve" | "reject";
export type Scope = "once" | "conversation";
export type ApprovalStatus = "pending" | "approved" | "rejected" | "expired";

export interface Argument {
  name: string;
  label: string;
  value: unknown;
}

export interface Decision {
  person: Named;
  decision: Decided;
  note: string;
  scope: Scope;
  via: "page" | "api" | "mail";
  created_at: string;
}

/** A call that waits for people. */
export interface Approval {
  id: string;
  run: string;
  step: string;
  function: string;
  tool: string;
  title: string;
  effect: string;
  writes: boolean;
  why: "policy" | "rule" | "address" | "interrupted";
  reason: string;
  details: string[];
  arguments: Argument[];
  /** 2: somebody else than the one who asked must agree as well. */
  needed: number;
  status: ApprovalStatus;
  decisions: Decision[];
  asked_by: Named;
  scopes: Scope[];
  created_at: string;
  expires_at: string;
}

export interface DecisionBody {
  decision: Decided;
  note?: string;
  scope?: Scope;
}

export interface DecidedAnswer {
  id: string;
  status: RunStatus;
  approval: ApprovalStatus;
}

export interface ReplayedStep {
  step: string;
  ordinal: number;
  same: boolean;
  same_calls: boolean;
  same_text: boolean;
  same_model: boolean;
  before: { text: string; tool_calls: unknown[] };
  now: { text: string; tool_calls: unknown[] };
}

export interface Replayed {
  run: string;
  same: boolean;
  steps: ReplayedStep[];
}

/** Anybody's run, as administrators see it. */
export interface AnyRun extends Run {
  person: Named & { email: string };
  question: string;
  plan: Record<string, unknown> | null;
}

export interface RunSummary {
  id: string;
  kind: string;
  status: RunStatus;
  person: string;
  assistant: string;
  steps: number;
  usage: Run["usage"];
  model: string;
  attempts: number;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

export type TracedStep = Step & { started: string };
