import { expect, it } from "vitest";
import type { ExtractedRow } from "../../api/workTypes";
import { cellText, cellValue, fieldTitle, findingOf } from "./cells";
import { schemaOf } from "./ownFields";

it("takes what was typed in the field's own type", () => {
  expect(cellValue("1200.5", { type: ["number", "null"] })).toBe(1200.5);
  expect(cellValue("about 12", { type: "number" })).toBe("about 12");
  expect(cellValue("true", { type: "boolean" })).toBe(true);
  expect(cellValue('[{"a":1}]', { type: "array" })).toEqual([{ a: 1 }]);
  expect(cellValue(" ", { type: "string" })).toBeNull();
});

it("shows a value and takes it back unchanged", () => {
  const items = [{ description: "紙", quantity: 2 }];
  expect(cellValue(cellText(items), { type: "array" })).toEqual(items);
  expect(cellText(null)).toBe("");
});

it("is as sure of a list as of its least sure part", () => {
  const row = { findings: [{ path: "items.0.a", confidence: 0.9 }, { path: "items.1.a", confidence: 0.4 }, { path: "item", confidence: 0.1 }] };
  expect(findingOf(row as unknown as ExtractedRow, "items")?.confidence).toBe(0.4);
});

it("makes a schema of the fields that have a name", () => {
  expect(schemaOf([{ name: "total ", description: "", type: "number" }, { name: " ", description: "x", type: "text" }])).toEqual({
    type: "object",
    properties: { total: { type: ["number", "null"], description: "total" } },
  });
});

it("writes the names of fields as words", () => {
  expect(fieldTitle("invoice_number")).toBe("Invoice number");
  expect(fieldTitle("金額")).toBe("金額");
});
