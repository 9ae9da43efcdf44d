import { expect, it } from "vitest";
import { lineChanges } from "./lines";

const marks = { same: " ", removed: "-", added: "+" };
const told = (before: string, after: string) => lineChanges(before, after).map(({ kind, text }) => marks[kind] + text);

it("tells which lines went, came and stayed", () => {
  expect(told("a\nb\nc", "a\nx\nc\nd")).toEqual([" a", "-b", "+x", " c", "+d"]);
  expect(told("", "請假規定")).toEqual(["-", "+請假規定"]);
  expect(told("a\nb", "a\nb")).toEqual([" a", " b"]);
});
