import { expect, it } from "vitest";
import { safeNext } from "./next";

it("returns only to pages of our own", () => {
  expect(safeNext("/knowledge?x=1")).toBe("/knowledge?x=1");
  for (const bad of [null, "", "https://evil.example", "//evil.example", "/\\evil.example"])
    expect(safeNext(bad)).toBe("/chat");
});
