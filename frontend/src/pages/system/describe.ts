export type Level = "ok" | "degraded" | "down";

const GOOD = new Set(["ok", "up", "ready", "healthy"]);
const BAD = new Set(["down", "failed", "error", "unavailable"]);

export function levelOf(status: string): Level {
  if (GOOD.has(status)) return "ok";
  return BAD.has(status) ? "down" : "degraded";
}

/** A short line for facts of unknown shape. */
export function describe(facts: unknown): string[] {
  if (facts === null || facts === undefined) return [];
  if (typeof facts !== "object") return [String(facts)];
  return Object.entries(facts)
    .filter(([, value]) => ["string", "number"].includes(typeof value) && value !== "")
    .map(([key, value]) => `${key.replaceAll("_", " ")}: ${String(value)}`);
}
