export type Level = "ok" | "degraded" | "down";

const GOOD = new Set(["ok", "up", "ready", "healthy"]);
const BAD = new Set(["down", "failed", "error", "unavailable"]);

export function levelOf(status: string): Level {
  if (GOOD.has(status)) return "ok";
  return BAD.has(status) ? "down" : "degraded";
}
