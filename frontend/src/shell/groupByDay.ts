import type { Conversation } from "../api/types";

export type Day = "today" | "yesterday" | "week" | "older";

const DAY_MS = 86_400_000;

/** Whole days between two moments, as the reader's own calendar counts them. */
function daysAgo(iso: string, now: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(now) - midnight(new Date(iso))) / DAY_MS);
}

function dayOf(iso: string, now: Date): Day {
  const days = daysAgo(iso, now);
  if (days <= 0) return "today";
  if (days === 1) return "yesterday";
  return days <= 7 ? "week" : "older";
}

export function groupByDay(items: Conversation[], now: Date): { day: Day; items: Conversation[] }[] {
  const days: Day[] = ["today", "yesterday", "week", "older"];
  return days
    .map((day) => ({ day, items: items.filter((item) => dayOf(item.updated_at, now) === day) }))
    .filter((group) => group.items.length > 0);
}
