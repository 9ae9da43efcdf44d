import { expect, it } from "vitest";
import type { Assistant } from "../../api/agentTypes";
import { matching, mentionAt, withMention } from "./mention";

const named = (slug: string, name: string) => ({ slug, name }) as Assistant;
const all = [named("helpdesk", "IT help desk"), named("hr", "人事助理"), named("travel", "Travel desk")];

it("begins with the @ at the very beginning, wide or narrow", () => {
  expect(mentionAt("@he", 3)).toBe("he");
  expect(mentionAt("＠人事", 3)).toBe("人事");
  expect(mentionAt("@", 1)).toBe("");
});

it("is none in the middle of a sentence, and over once the name is", () => {
  expect(mentionAt("ask a@b", 7)).toBeNull();
  expect(mentionAt("@hr how many", 12)).toBeNull();
  expect(mentionAt("hello", 5)).toBeNull();
});

it("finds by either name, what begins so first", () => {
  expect(matching(all, "h").map(({ slug }) => slug)).toEqual(["helpdesk", "hr"]);
  expect(matching(all, "desk").map(({ slug }) => slug)).toEqual(["helpdesk", "travel"]);
  expect(matching(all, "人").map(({ slug }) => slug)).toEqual(["hr"]);
});

it("keeps what stands behind the caret", () => {
  expect(withMention("@h how many days?", 2, "hr")).toBe("@hr how many days?");
  expect(withMention("@h", 2, "hr")).toBe("@hr ");
});
