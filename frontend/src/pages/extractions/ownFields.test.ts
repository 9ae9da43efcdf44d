import { expect, it } from "vitest";
import { repeated, schemaOf, type OwnField } from "./ownFields";

const field = (name: string): OwnField => ({ name, description: "", type: "text" });

it("makes a schema of the fields that have a name, each of which may be lacking", () => {
  expect(schemaOf([{ ...field(" total "), type: "number" }, field("  ")])).toEqual({
    type: "object",
    properties: { total: { type: ["number", "null"], description: "total" } },
  });
});

it("knows names that were typed twice, not fields without one", () => {
  expect(repeated([field("total"), field(""), field(""), field(" total")])).toEqual(["total"]);
  expect(repeated([field("total"), field("Total")])).toEqual([]);
});
