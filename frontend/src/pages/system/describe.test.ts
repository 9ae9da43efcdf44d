import { describe, expect, it } from "vitest";
import { levelOf } from "./describe";

describe("the state of a part", () => {
  it("is working, not working, or in between", () => {
    expect(["ok", "down", "starting"].map(levelOf)).toEqual(["ok", "down", "degraded"]);
  });
});
