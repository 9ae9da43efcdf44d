import { expect, it } from "vitest";
import { pageSlugOf, slugOf } from "./slug";

it("leaves a dash while one types, and none afterwards", () => {
  expect([slugOf("Leave –", true), slugOf("Leave –")]).toEqual(["leave-", "leave"]);
});

it("suggests no name at which there is a form", () => {
  expect([pageSlugOf("New!"), pageSlugOf("Newton"), pageSlugOf("模型")]).toEqual(["new-1", "newton", ""]);
});
