import type { Approval } from "../api/agentTypes";
import type { ServerEvent } from "../api/sse";
import type { Citation, Run, RunError, Step } from "../api/types";

export type Phase = "starting" | "queued" | "working" | "writing" | "waiting" | "completed" | "failed" | "cancelled";

export interface Share {
  done: number;
  total: number;
}

/** What the page shows of a run, built event by event. */
export interface RunView {
  phase: Phase;
  position: number | null;
  reading: Share | null;
  /** Of work that is done part by part, as a long summary: it outlasts the steps that the parts are made of. */
  parts: (Share & { stage: string }) | null;
  steps: Step[];
  /** What people were asked; whether they still are, the step says. */
  approvals: Approval[];
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
  parts: null,
  steps: [],
  approvals: [],
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

/** A run whose steps wait for people and do nothing else waits. */
function phaseOf(steps: Step[], text: string): Phase {
  const busy = steps.some(({ status }) => status === "running");
  if (!busy && steps.some(({ status }) => status === "waiting")) return "waiting";
  return text ? "writing" : "working";
}

function stepped(view: RunView, step: Step): RunView {
  const steps = withStep(view.steps, step);
  return { ...view, phase: phaseOf(steps, view.text), reading: null, steps };
}

function progressed(view: RunView, told: Share & { stage: string }): RunView {
  return { ...view, phase: "working", ...(told.stage === "reading" ? { reading: told } : { parts: told }) };
}

function asked(view: RunView, approval: Approval): RunView {
  const approvals = [...view.approvals.filter(({ id }) => id !== approval.id), approval];
  return { ...view, phase: "waiting", reading: null, approvals };
}

/** What people are asked now: their steps have not gone on. */
export function openApprovals({ approvals, steps }: RunView): Approval[] {
  const statuses = new Map(steps.map(({ id, status }) => [id, status]));
  return approvals.filter(({ step }) => (statuses.get(step) ?? "waiting") === "waiting");
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
      return stepped(view, data);
    case "approval_required":
      return asked(view, data);
    case "progress":
      return progressed(view, data);
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
