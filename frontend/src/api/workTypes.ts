/** What the server says of summaries, extractions and schedules. */
import type { JsonSchema } from "./toolTypes";
import type { Citation, RunError, RunStatus, Started } from "./types";

export type SummaryKind = "document" | "meeting" | "mail";
export type SummaryStyle = "executive" | "bullets" | "minutes" | "official";
export type SummaryLength = "short" | "medium" | "long";
export type SummaryLanguage = "auto" | "en" | "zh-Hant" | "zh-Hans";

/** How a summary came about. */
export interface SummaryFacts {
  parts: number;
  sentences: Partial<Record<"extracted" | "supported" | "unchecked", number>>;
  /** Nothing that the model wrote was of use. */
  fallback: boolean;
}

export interface Summary {
  id: string;
  run: Started;
  title: string;
  kind: SummaryKind;
  style: SummaryStyle;
  length: SummaryLength;
  language: SummaryLanguage;
  answer: string;
  citations: Citation[];
  facts: SummaryFacts | null;
  error: RunError | null;
  created_at: string;
  ended_at: string | null;
}

export interface SummaryBody {
  document?: string;
  collection?: string;
  conversation?: string;
  text?: string;
  kind?: SummaryKind;
  style?: SummaryStyle;
  length?: SummaryLength;
  language?: SummaryLanguage;
}

export interface Finding {
  path: string;
  value: unknown;
  how: "verbatim" | "normalised" | "inferred" | "not_found" | "corrected";
  /** 0 to 1. */
  confidence: number;
  citation: Omit<Citation, "marker" | "withheld"> | null;
}

export interface ExtractedRow {
  id: string;
  document: string;
  title: string;
  status: "waiting" | "complete" | "incomplete" | "failed";
  values: Record<string, unknown> | null;
  findings: Finding[];
  problems: { path: string; detail: string }[];
  confirmed_by: string | null;
  confirmed_at: string | null;
}

export interface Extraction {
  id: string;
  run: Started;
  title: string;
  template: string;
  schema: JsonSchema;
  documents: number;
  done: number;
  confirmed: number;
  error: RunError | null;
  created_at: string;
  ended_at: string | null;
}

export interface ExtractionTable extends Extraction {
  rows: ExtractedRow[];
  /** Rows of documents that may no longer be read. */
  withheld: number;
}

export interface Template {
  id: string;
  name: string;
  name_zh_hant: string;
  schema: JsonSchema;
}

export interface ExtractionBody {
  document?: string;
  collection?: string;
  schema?: JsonSchema;
  template?: string;
}

export type TriggerKind = "daily" | "weekly" | "cron" | "document" | "webhook";

export interface Trigger {
  kind: TriggerKind;
  at?: string;
  days?: string[];
  cron?: string;
  collections?: string[];
  signed?: boolean;
}

export interface Delivery {
  kind: "mail" | "webhook";
  status: "waiting" | "delivered" | "failed";
  attempts: number;
  error: string;
}

export interface Firing {
  id: string;
  cause: "time" | "document" | "webhook" | "person";
  status: "waiting" | "running" | "completed" | "failed" | "cancelled" | "skipped";
  run: { id: string; status: RunStatus } | null;
  error: string;
  deliveries: Delivery[];
  created_at: string;
  ended_at: string | null;
}

export interface Schedule {
  id: string;
  name: string;
  assistant: string;
  assistant_name: string;
  prompt: string;
  trigger: Trigger;
  time_zone: string;
  mail: boolean;
  webhook: string;
  enabled: boolean;
  stopped: string;
  next_at: string | null;
  last: Pick<Firing, "id" | "cause" | "status" | "created_at" | "run"> | null;
  /** Shown once, where they were made just now. */
  hook?: string;
  hook_secret?: string;
  webhook_secret?: string;
}

export interface ScheduleBody {
  name: string;
  assistant: string;
  prompt: string;
  trigger?: Trigger;
  mail: boolean;
  webhook?: string;
  enabled?: boolean;
}

export interface Evaluation {
  id: string;
  benchmark: "bfcl" | "office";
  model: string;
  harness: boolean;
  status: "running" | "completed" | "stopped" | "failed";
  error: string;
  total: number;
  done: number;
  right: number;
  malformed: number;
  created_at: string;
  ended_at: string | null;
}

export interface EvaluationDetail extends Evaluation {
  score: number | null;
  categories: { name: string; total: number; done: number; right: number; malformed: number; accuracy: number | null; seconds: number | null }[];
  published: { model: string; score: number }[];
}
