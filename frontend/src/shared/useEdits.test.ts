import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { useEdits } from "./useEdits";

const stored = { name: "Leave", limit: 5 };

it("keeps what was typed when something else is stored, and follows the rest", () => {
  const { result, rerender } = renderHook((now) => useEdits(now), { initialProps: stored });
  act(() => result.current.change({ name: "Days off" }));
  rerender({ name: "Holidays", limit: 9 });
  expect(result.current.fields).toEqual({ name: "Days off", limit: 9 });
  expect(result.current.edits).toEqual({ name: "Days off" });
});

it("forgets what was saved, and keeps what was typed while it was", () => {
  const { result } = renderHook(() => useEdits(stored));
  act(() => result.current.change({ name: "Days off", limit: 6 }));
  const sent = result.current.edits;
  act(() => result.current.change({ limit: 7 }));
  act(() => result.current.saved(sent));
  expect(result.current.edits).toEqual({ limit: 7 });
});
