import { expect, it } from "vitest";
import type { JsonSchema } from "../../api/toolTypes";
import { argumentsOf, kindOf, NotJson, resolved } from "./schema";

const booking: JsonSchema = {
  type: "object",
  required: ["employee", "period"],
  properties: {
    employee: { type: "string" },
    days: { type: ["integer", "null"] },
    half: { anyOf: [{ type: "null" }, { type: "boolean" }] },
    kind: { enum: ["annual", 7] },
    period: { $ref: "#/$defs/Period" },
    tags: { type: "array", items: { type: "string" } },
  },
  $defs: { Period: { type: "object", properties: { from: { type: "string", format: "date" }, to: { type: "string", format: "date" } } } },
};

it("asks for each field in its own way", () => {
  const kinds = Object.values(booking.properties!).map((each) => kindOf(resolved(each, booking)));
  expect(kinds).toEqual(["text", "number", "boolean", "choice", "object", "json"]);
  expect(kindOf({ type: "object" })).toBe("json");
});

it("says what was typed in the form's own types", () => {
  const typed = { employee: "emma", days: "3", half: "false", kind: "7", "period.from": "2026-03-02", tags: '["a"]' };
  expect(argumentsOf(booking, typed)).toEqual({ employee: "emma", days: 3, half: false, kind: 7, period: { from: "2026-03-02" }, tags: ["a"] });
});

it("leaves out what was left empty, but not an object that is required", () => {
  expect(argumentsOf(booking, {})).toEqual({ period: {} });
});

it("hands on what is no number, so that the server says so, and names what is no JSON", () => {
  expect(argumentsOf(booking, { days: "three" }).days).toBe("three");
  expect(() => argumentsOf(booking, { tags: "a" })).toThrow(NotJson);
});

it("does not run in circles", () => {
  const circle: JsonSchema = { $ref: "#/$defs/A", $defs: { A: { $ref: "#/$defs/A" } } };
  expect(() => resolved(circle, circle)).not.toThrow();
});
