/** What the server sends and takes, in one place. */
import type { Approval } from "./agentTypes";

export interface Page<T> {
  results: T[];
  next: string | null;
}

export interface Named {
  id: string;
  name: string;
}

export type Role = "administrator" | "employee";
export type Language = "" | "en" | "zh-Hant";

export interface Me {
  id: string;
  email: string;
  name: string;
  role: Role;
  language: Language;
  groups: Named[];
}

export interface Person {
  id: string;
  email: string;
  name: string;
  role: Role;
  is_active: boolean;
  groups: Named[];
  last_login: string | null;
  created_at: string;
}

export interface Group {
  id: string;
  name: string;
  description: string;
  members?: { id: string; email: string; name: string }[];
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  key?: string;
  scopes?: string[];
  created_at: string;
  last_used_at: string | null;
}

export type Visibility = "everyone" | "groups";

export interface Collection {
  id: string;
  name: string;
  description: string;
  visibility: Visibility;
  groups: Named[];
  documents: number;
  passages: number;
  can_edit: boolean;
  created_at: string;
  updated_at: string;
}

export type DocumentStatus = "queued" | "parsing" | "embedding" | "ready" | "failed";

export interface DocumentFacts {
  id: string;
  collection: Named;
  title: string;
  filename: string;
  media_type: string;
  size: number;
  sha256: string;
  status: DocumentStatus;
  stage: string;
  progress: number;
  error: string | null;
  passages: number;
  language: string | null;
  created_at: string;
  updated_at: string;
  can_edit: boolean;
}

/** Offsets count Unicode code points, not JavaScript's UTF-16 units: see `shared/text/codePoints`. */
export interface Place {
  page?: number | null;
  heading?: string | null;
  start: number;
  end: number;
}

export interface DocumentText {
  text: string;
  pages: { page: number; start: number; end: number }[];
  headings: { level: number; title: string; start: number; end: number }[];
}

export interface Passage {
  id: string;
  ordinal: number;
  text: string;
  location: Place;
}

export interface SearchHit {
  passage_id: string;
  document_id: string;
  title: string;
  text: string;
  score: number;
  location: Place;
}

export interface Citation {
  marker: string | number;
  /** None, as the passage: a text of the person's own, which is no document. */
  document_id: string | null;
  passage_id: string | null;
  title: string;
  quote: string;
  location: Place;
  /** The person may no longer read this document: only the marker is left. */
  withheld?: boolean;
}

export type RunStatus = "queued" | "running" | "awaiting_approval" | "completed" | "failed" | "cancelled";

export interface RunError {
  title?: string;
  detail?: string;
  type?: string;
}

export interface Step {
  id: string;
  kind: "generate" | "search" | "tool";
  name: string;
  status: "waiting" | "running" | "completed" | "failed";
  arguments?: Record<string, unknown> | null;
  result?: unknown;
  /** What people call the function. */
  title?: string;
  /** What it did, in a sentence for those who only want to know what goes on. */
  simple?: { kind: string; name: string; count: number | null; text: string };
  approval?: Approval | null;
  started?: string;
  ended?: string | null;
}

export interface Usage {
  prompt_tokens: number;
  cached_tokens: number;
  completion_tokens: number;
  cost?: number;
}

export interface Started {
  id: string;
  status: RunStatus;
}

export interface Run {
  id: string;
  kind: string;
  status: RunStatus;
  answer: string;
  citations: Citation[];
  steps: Step[];
  assistant: { slug: string; name: string } | null;
  /** Of a replay: what was compared. */
  result: unknown;
  usage: Usage | null;
  model: string | null;
  error: RunError | string | null;
  attempts: number;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

export interface Conversation {
  id: string;
  title: string;
  assistant: string | null;
  assistant_name: string;
  collections: Named[];
  created_at: string;
  updated_at: string;
}

export interface Feedback {
  rating: "up" | "down" | null;
  comment: string;
}

export interface Message {
  id: string;
  role: "user" | "assistant";
  content: string;
  created_at: string;
  run: { id: string; status: RunStatus; error: RunError | string | null } | null;
  /** What a thinking model said to itself; no part of the answer. */
  reasoning: string;
  citations: Citation[];
  /** Who answered; none: Quarry itself. */
  assistant: { slug: string; name: string } | null;
  feedback: Feedback | null;
}

export interface Asked {
  message: { id: string };
  answer: { id: string };
  run: Started;
}

export interface SystemPart {
  name: string;
  status: string;
  detail: string;
}

export interface SystemStatus {
  version: string;
  parts: SystemPart[];
  model: string;
  embedding: string;
  machine: { cores: number; memory_bytes: number };
}

/** A question to begin with, about documents that the person can read. */
export interface Starter {
  text: string;
  language: "en" | "zh-Hant";
}
