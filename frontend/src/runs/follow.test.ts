import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ServerEvent } from "../api/sse";
import { followRun } from "./follow";

const token = (id: string, text: string) => `id: ${id}\nevent: token\ndata: {"text":"${text}"}\n\n`;
const done = (id: string) => `id: ${id}\nevent: done\ndata: {"status":"completed","answer":"ab","citations":[]}\n\n`;

function streamOf(...chunks: string[]): Response {
  const body = new ReadableStream({
    start(controller) {
      chunks.forEach((chunk) => controller.enqueue(new TextEncoder().encode(chunk)));
      controller.close();
    },
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const running = () => json(200, { status: "running" });

async function follow(...replies: (Response | Error)[]) {
  const fetching = vi.fn<typeof fetch>();
  for (const reply of replies)
    if (reply instanceof Error) fetching.mockRejectedValueOnce(reply);
    else fetching.mockResolvedValueOnce(reply);
  vi.stubGlobal("fetch", fetching);
  const events: ServerEvent[] = [];
  const connections: boolean[] = [];
  const ended = followRun("r", {
    onEvent: (event) => events.push(event),
    onConnection: (connected) => connections.push(connected),
    signal: new AbortController().signal,
  });
  const settled = ended.then(
    () => null,
    (cause: unknown) => cause,
  );
  await vi.runAllTimersAsync();
  return { failure: await settled, events, connections, fetching };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("resumes after the last event, without a gap or a repeat", async () => {
  const { events, connections, fetching } = await follow(
    streamOf(token("1", "a")),
    running(),
    new TypeError("network"),
    running(),
    streamOf(token("1", "a"), token("2", "b"), done("3")),
  );
  expect(events.map((event) => event.id)).toEqual(["1", "2", "3"]);
  expect(connections).toEqual([true, false, false, true]);
  const headers = fetching.mock.calls.at(-1)![1]!.headers as Record<string, string>;
  expect(headers).toMatchObject({ "Last-Event-ID": "1", "Accept-Language": "en" });
});

it("takes the ending from the run itself when the stream has lost it", async () => {
  const { events } = await follow(streamOf(), json(200, { status: "failed", answer: "", citations: [], error: "gone" }));
  expect(events).toMatchObject([{ kind: "settled", data: { status: "failed" } }]);
});

it("notices at once that the network is lost, and that it is back", async () => {
  // A line that says nothing any more, until the page itself lets go of it.
  const silent = (signal: AbortSignal) =>
    new ReadableStream({ start: (line) => signal.addEventListener("abort", () => line.error(new TypeError("aborted"))) });
  const fetching = vi
    .fn<typeof fetch>()
    .mockImplementationOnce((_, init) => Promise.resolve(new Response(silent(init!.signal!))))
    .mockRejectedValueOnce(new TypeError("network"))
    .mockResolvedValueOnce(streamOf(done("1")));
  vi.stubGlobal("fetch", fetching);
  const connections: boolean[] = [];
  const ended = followRun("r", {
    onEvent: () => undefined,
    onConnection: (connected) => connections.push(connected),
    signal: new AbortController().signal,
  });
  await vi.advanceTimersByTimeAsync(100);
  expect(connections).toEqual([true]);
  window.dispatchEvent(new Event("offline"));
  await vi.advanceTimersByTimeAsync(0);
  expect(connections).toEqual([true, false]);
  window.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(0);
  await ended;
  expect(connections).toEqual([true, false, true]);
});

it("gives up on what no second try will mend", async () => {
  const { failure, fetching } = await follow(json(404, { title: "Not found" }));
  expect(failure).toMatchObject({ status: 404 });
  expect(fetching).toHaveBeenCalledTimes(1);
});
