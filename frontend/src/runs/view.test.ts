import { expect, it } from "vitest";
import type { ServerEvent } from "../api/sse";
import { advance, emptyView, isOver, openApprovals } from "./view";

const play = (...events: [string, unknown][]) =>
  events.map(([kind, data], index): ServerEvent => ({ id: String(index), kind, data })).reduce(advance, emptyView);

const search = { id: "s", kind: "search", name: "search", arguments: { query: "q" } };
const citation = { marker: 1, passage_id: "p", document_id: "d", title: "Leave", quote: "10 days", location: {} };

it("goes from the queue to the answer", () => {
  expect(play(["queued", { position: 2 }])).toMatchObject({ phase: "queued", position: 2 });
  expect(play(["queued", { position: 0 }], ["step", { ...search, status: "running" }]).phase).toBe("working");
  expect(play(["progress", { stage: "reading", done: 430, total: 900 }]).reading).toMatchObject({ done: 430, total: 900 });
  const writing = play(["token", { text: "Ten " }], ["token", { text: "days [1]" }], ["citation", citation]);
  expect(writing).toMatchObject({ phase: "writing", text: "Ten days [1]", citations: [citation], reading: null });
});

it("keeps the progress of parts through their steps", () => {
  const part = { id: "1", kind: "generate", name: "summarise", status: "running" };
  const view = play(["progress", { stage: "parts", done: 3, total: 9 }], ["step", part]);
  expect(view).toMatchObject({ phase: "working", reading: null, parts: { done: 3, total: 9 } });
});

it("keeps thoughts apart from the answer", () => {
  const thinking = play(["reasoning", { text: "Let me " }], ["reasoning", { text: "see." }]);
  expect(thinking).toMatchObject({ phase: "working", reasoning: "Let me see.", text: "", reading: null });
  expect(advance(thinking, { id: "9", kind: "token", data: { text: "Ten" } })).toMatchObject({
    phase: "writing",
    reasoning: "Let me see.",
    text: "Ten",
  });
  expect(play(["reasoning", { text: "Hm." }], ["restart", { attempt: 2 }]).reasoning).toBe("");
});

it("keeps a step once and brings it up to date", () => {
  const view = play(["step", { ...search, status: "running" }], ["step", { ...search, status: "completed" }]);
  expect(view.steps).toEqual([{ ...search, status: "completed" }]);
});

it("drops the partial text when the run starts over", () => {
  const view = play(["token", { text: "Nine" }], ["restart", { attempt: 2 }], ["token", { text: "Ten" }]);
  expect(view).toMatchObject({ text: "Ten", restarted: true });
});

it("takes the checked answer at the end", () => {
  const view = play(["token", { text: "Ten [9]" }], ["done", { status: "completed", answer: "Ten", citations: [] }]);
  expect(view).toMatchObject({ phase: "completed", text: "Ten" });
  expect(isOver(view)).toBe(true);
});

it("keeps what was written when it was stopped", () => {
  const view = play(["token", { text: "Ten" }], ["done", { status: "cancelled", answer: "", citations: [] }]);
  expect(view).toMatchObject({ phase: "cancelled", text: "Ten" });
});

it("tells of an error, from the stream or from the run itself", () => {
  expect(play(["error", { title: "Stopped", detail: "why" }])).toMatchObject({ phase: "failed", error: { detail: "why" } });
  const settled = play(["settled", { status: "failed", answer: "", citations: [], error: "why" }]);
  expect(settled).toMatchObject({ phase: "failed", error: { detail: "why" } });
});

it("waits while people are asked, and no longer than their step does", () => {
  const booking = { id: "b", kind: "tool", name: "book_leave" };
  const asked = play(["step", { ...booking, status: "waiting" }], ["approval_required", { id: "a", step: "b" }]);
  expect(asked.phase).toBe("waiting");
  expect(openApprovals(asked)).toEqual([{ id: "a", step: "b" }]);
  const decided = advance(asked, { id: "9", kind: "step", data: { ...booking, status: "running" } });
  expect(decided.phase).toBe("working");
  expect(openApprovals(decided)).toEqual([]);
});

it("does not wait while another step is under way", () => {
  const both = play(["step", { id: "b", status: "waiting" }], ["step", { id: "s", status: "running" }]);
  expect(both.phase).toBe("working");
  expect(advance(both, { id: "9", kind: "step", data: { id: "s", status: "completed" } }).phase).toBe("waiting");
});
