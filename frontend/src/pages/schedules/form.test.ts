import { expect, it } from "vitest";
import type { Schedule } from "../../api/workTypes";
import { bodyOf, fieldsFrom, isReady, triggerOf } from "./form";

const hook = { name: "Orders", assistant: "desk", prompt: "Look", trigger: { kind: "webhook", signed: true }, mail: true, webhook: "" } as Schedule;

it("sends of a trigger only what its kind needs", () => {
  const fields = fieldsFrom();
  expect(triggerOf(fields)).toEqual({ kind: "daily", at: "08:30" });
  expect(triggerOf({ ...fields, kind: "weekly", days: ["fri"] })).toEqual({ kind: "weekly", at: "08:30", days: ["fri"] });
  expect(triggerOf({ ...fields, kind: "document", collections: ["c"] })).toEqual({ kind: "document", collections: ["c"] });
});

it("does not give a webhook a new address when something else is changed", () => {
  expect(bodyOf({ ...fieldsFrom(hook), prompt: "Look again" }, hook)).not.toHaveProperty("trigger");
  expect(bodyOf({ ...fieldsFrom(hook), signed: false }, hook).trigger).toEqual({ kind: "webhook", signed: false });
});

it("does not give the results new signatures when something else is changed", () => {
  const told = { ...hook, webhook: "https://crm.example.com/in" };
  expect(bodyOf({ ...fieldsFrom(told), prompt: "Look again" }, told)).not.toHaveProperty("webhook");
  expect(bodyOf({ ...fieldsFrom(told), webhook: "" }, told).webhook).toBe("");
  expect(bodyOf({ ...fieldsFrom(), webhook: " https://crm.example.com/in " }).webhook).toBe("https://crm.example.com/in");
});

it("knows what is lacking", () => {
  const fields = { ...fieldsFrom(), name: "Report", prompt: "Write" };
  expect(isReady(fields)).toBe(true);
  expect(isReady({ ...fields, kind: "document" })).toBe(false);
  expect(isReady({ ...fields, kind: "weekly", days: [] })).toBe(false);
});
