import type { ServerEvent } from "../api/sse";
import type { Citation, Run, RunError, Step } from "../api/types";

export type Phase = "starting" | "queued" | "working" | "writing" | "completed" | "failed" | "cancelled";

/** What the page shows of a run, built event by event. */
export interface RunView {
  phase: Phase;
  position: number | null;
  reading: { done: number; total: number } | null;
  steps: Step[];
  /** What a thinking model says to itself; no part of the answer. */
  reasoning: string;
  text: string;
  citations: Citation[];
  error: RunError | null;
  restarted: boolean;
}

export const emptyView: RunView = {
  phase: "starting",
  position: null,
  reading: null,
  steps: [],
  reasoning: "",
  text: "",
  citations: [],
  error: null,
  restarted: false,
};

export const isOver = (view: RunView) => ["completed", "failed", "cancelled"].includes(view.phase);

export function asError(error: RunError | string | null | undefined): RunError | null {
  if (!error) return null;
  return typeof error === "string" ? { detail: error } : error;
}

function withStep(steps: Step[], step: Step): Step[] {
  const known = steps.some((other) => other.id === step.id);
  return known ? steps.map((other) => (other.id === step.id ? { ...other, ...step } : other)) : [...steps, step];
}

function withCitation(citations: Citation[], citation: Citation): Citation[] {
  return [...citations.filter((other) => String(other.marker) !== String(citation.marker)), citation];
}

type Ending = Pick<Run, "answer" | "citations"> & { status?: string; error?: Run["error"] };

function ended(view: RunView, ending: Ending): RunView {
  const phase = ending.status === "failed" || ending.status === "cancelled" ? ending.status : "completed";
  return {
    ...view,
    phase,
    reading: null,
    text: ending.answer || (phase === "completed" ? "" : view.text),
    citations: ending.citations ?? view.citations,
    error: asError(ending.error),
  };
}

/** The state after one more event; pure, so that a replay of the same events gives the same page. */
export function advance(view: RunView, event: ServerEvent): RunView {
  const data = event.data as never;
  switch (event.kind) {
    case "reset":
      return emptyView;
    case "queued":
      return { ...view, phase: "queued", position: (data as { position: number }).position };
    case "restart":
      return { ...emptyView, phase: "working", restarted: true };
    case "step":
      return { ...view, phase: view.text ? "writing" : "working", reading: null, steps: withStep(view.steps, data) };
    case "progress":
      return { ...view, phase: "working", reading: data };
    case "reasoning":
      return { ...view, phase: "working", reading: null, reasoning: view.reasoning + (data as { text: string }).text };
    case "token":
      return { ...view, phase: "writing", reading: null, text: view.text + (data as { text: string }).text };
    case "citation":
      return { ...view, citations: withCitation(view.citations, data) };
    case "done":
    case "settled":
      return ended(view, data);
    case "error":
      return { ...view, phase: "failed", reading: null, error: data };
    default:
      return view;
  }
}
