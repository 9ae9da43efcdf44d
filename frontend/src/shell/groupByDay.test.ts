import { expect, it } from "vitest";
import type { Conversation } from "../api/types";
import { groupByDay } from "./groupByDay";

const at = (date: Date): Conversation => ({
  id: date.toISOString(),
  title: "",
  assistant: null,
  assistant_name: "",
  collections: [],
  created_at: date.toISOString(),
  updated_at: date.toISOString(),
});

it("groups by the reader's own calendar days", () => {
  const now = new Date(2026, 2, 10, 0, 30);
  const days = [new Date(2026, 2, 10, 0, 5), new Date(2026, 2, 9, 23, 59), new Date(2026, 2, 4, 12), new Date(2025, 5, 1)];
  const groups = groupByDay(days.map(at), now);
  expect(groups.map(({ day, items }) => [day, items.length])).toEqual([
    ["today", 1],
    ["yesterday", 1],
    ["week", 1],
    ["older", 1],
  ]);
});
