import { describe, expect, it } from "vitest";
import { detailOf, levelOf } from "./describe";

describe("the state of a part", () => {
  it("is working, not working, or in between", () => {
    expect(["ok", "down", "starting"].map(levelOf)).toEqual(["ok", "down", "degraded"]);
  });

  it("says the server's sentences in the reader's language and leaves facts alone", () => {
    expect(detailOf("2 running")).toEqual({ running: 2 });
    expect(detailOf("loading its model")).toEqual({ sentence: "loading" });
    expect(detailOf("PostgreSQL 18.6")).toEqual({ text: "PostgreSQL 18.6" });
  });
});
