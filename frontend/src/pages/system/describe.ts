export type Level = "ok" | "degraded" | "down";

const GOOD = new Set(["ok", "up", "ready", "healthy"]);
const BAD = new Set(["down", "failed", "error", "unavailable"]);

export function levelOf(status: string): Level {
  if (GOOD.has(status)) return "ok";
  return BAD.has(status) ? "down" : "degraded";
}

const SENTENCES = {
  "no such worker is running": "absent",
  "loading its model": "loading",
  "unknown without Valkey": "unknown",
} as const;

export type Detail = { running: number } | { sentence: (typeof SENTENCES)[keyof typeof SENTENCES] } | { text: string };

/** The server's own sentences, to be said in the reader's language; versions and error messages stay as they are. */
export function detailOf(detail: string): Detail {
  const running = /^(\d+) running$/.exec(detail);
  if (running) return { running: Number(running[1]) };
  return detail in SENTENCES ? { sentence: SENTENCES[detail as keyof typeof SENTENCES] } : { text: detail };
}
