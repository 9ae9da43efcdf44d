import type { Step, Usage } from "../../api/types";

interface Result {
  error?: string;
  text?: string | null;
  data?: unknown;
  truncated?: boolean;
  found?: { title?: string; document_id?: string }[];
  usage?: Usage;
  reasoning?: string;
  tool_calls?: { name: string }[];
}

export const resultOf = (step: Step): Result => (step.result ?? {}) as Result;

/** Seconds that a step took; nothing while it is under way. */
export function secondsOf(started?: string | null, ended?: string | null): number | null {
  if (!started || !ended) return null;
  return Math.max(0, new Date(ended).getTime() - new Date(started).getTime()) / 1000;
}

/** The documents that a step found, each once. */
export function titlesOf(step: Step): string[] {
  const found = resultOf(step).found ?? [];
  return [...new Set(found.map(({ title }) => title).filter((title): title is string => Boolean(title)))];
}

/** What people want to know of a run: not that it wrote or planned, but whom it asked and what it did. */
export function deedsOf(steps: Step[]): Step[] {
  return steps.filter(({ simple }) => simple && !["planned", "wrote"].includes(simple.kind));
}
