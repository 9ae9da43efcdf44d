import { get, wishes } from "../api/client";
import { ApiError, networkError, problemFrom } from "../api/problem";
import { type ServerEvent, SseParser } from "../api/sse";
import type { Run } from "../api/types";

/** The server sends a comment every 15 seconds: a longer silence means that the line is dead. */
const SILENCE_MS = 40_000;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8_000;
const ENDINGS = new Set(["done", "error"]);
const ENDED = new Set(["completed", "failed", "cancelled"]);

export interface Followed {
  onEvent: (event: ServerEvent) => void;
  onConnection: (connected: boolean) => void;
  signal: AbortSignal;
}

/** Waits, but no longer than until the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  return new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
    signal.addEventListener("abort", () => resolve(), { signal: over.signal });
    window.addEventListener("online", () => resolve(), { signal: over.signal });
  }).finally(() => over.abort());
}

/** A fetch that also gives up when the network is lost, and after a long silence; `alive` puts that moment off. */
function watched(outer: AbortSignal): { signal: AbortSignal; alive: () => void; stop: () => void } {
  const inner = new AbortController();
  const abort = () => inner.abort();
  let timer = setTimeout(abort, SILENCE_MS);
  outer.addEventListener("abort", abort, { once: true });
  // A line that is cut off says nothing by itself: the browser waits for what will not come.
  window.addEventListener("offline", abort);
  return {
    signal: inner.signal,
    alive: () => {
      clearTimeout(timer);
      timer = setTimeout(abort, SILENCE_MS);
    },
    stop: () => {
      clearTimeout(timer);
      outer.removeEventListener("abort", abort);
      window.removeEventListener("offline", abort);
      inner.abort();
    },
  };
}

class Follower {
  private lastId = "";
  private readonly seen = new Set<string>();

  constructor(
    private readonly runId: string,
    private readonly target: Followed,
  ) {}

  /** Hand on an event once, however often it is sent; true when it was the last one. */
  private take(event: ServerEvent): boolean {
    if (event.id && this.seen.has(event.id)) return false;
    if (event.id) {
      this.seen.add(event.id);
      this.lastId = event.id;
    }
    this.target.onEvent(event);
    return ENDINGS.has(event.kind);
  }

  private async open(signal: AbortSignal): Promise<ReadableStreamDefaultReader<string>> {
    const headers = wishes("text/event-stream");
    if (this.lastId) headers["Last-Event-ID"] = this.lastId;
    const response = await fetch(`/api/v1/runs/${this.runId}/events`, { headers, signal, credentials: "same-origin" });
    if (!response.ok) throw problemFrom(response.status, await response.json().catch(() => null));
    if (!response.body) throw networkError();
    return response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Read one connection to its end; true when the run is over. */
  async listen(): Promise<boolean> {
    const watch = watched(this.target.signal);
    try {
      const reader = await this.open(watch.signal);
      this.target.onConnection(true);
      const parser = new SseParser();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        watch.alive();
        if (parser.push(part.value).some((event) => this.take(event))) return true;
      }
      return false;
    } finally {
      watch.stop();
    }
  }

  /** The row in the database is the truth when the stream is silent; true when the run is over. */
  async ask(): Promise<boolean> {
    const run = await get<Run>(`/runs/${this.runId}`, undefined, this.target.signal);
    if (!ENDED.has(run.status)) return false;
    this.target.onEvent({ id: "", kind: "settled", data: run });
    return true;
  }
}

/** Errors that no second try will mend: signed out, not ours, gone. */
function isFinal(cause: unknown): cause is ApiError {
  return cause instanceof ApiError && [401, 403, 404].includes(cause.status);
}

async function attempt(work: () => Promise<boolean>): Promise<boolean> {
  return work().catch((cause: unknown) => {
    if (isFinal(cause)) throw cause;
    return false;
  });
}

/**
 * Follow a run to its end through reloads of the line: reconnects with a growing pause, resumes after the last
 * event seen, and asks for the run itself between two tries, so that it never waits for news that will not come.
 */
export async function followRun(runId: string, target: Followed): Promise<void> {
  const follower = new Follower(runId, target);
  let wait = FIRST_PAUSE_MS;
  while (!target.signal.aborted) {
    const began = Date.now();
    if (await attempt(() => follower.listen())) return;
    if (target.signal.aborted) return;
    target.onConnection(false);
    if (await attempt(() => follower.ask())) return;
    wait = Date.now() - began > LONGEST_PAUSE_MS ? FIRST_PAUSE_MS : Math.min(wait * 2, LONGEST_PAUSE_MS);
    await pause(wait, target.signal);
  }
}
