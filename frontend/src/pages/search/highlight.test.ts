import { expect, it } from "vitest";
import { highlight, relativeScore, terms } from "./highlight";

const marked = (text: string, query: string) =>
  highlight(text, query)
    .filter((piece) => piece.hit)
    .map((piece) => piece.text);

it("reads Latin words, product numbers and pairs of Chinese characters", () => {
  expect(terms("QX-200 reset 特休假")).toEqual(["qx-200", "reset", "特休", "休假"]);
});

it("marks what the query names and joins neighbours", () => {
  expect(marked("本公司特休假規定", "特休假")).toEqual(["特休假"]);
  expect(marked("Reset the QX-200. Reset it.", "reset qx-200")).toEqual(["Reset", "QX-200", "Reset"]);
  expect(highlight("nothing here", "").map((piece) => piece.text)).toEqual(["nothing here"]);
});

it("shows scores against the best", () => {
  expect([relativeScore(0.02, 0.04), relativeScore(0, 0), relativeScore(-1, 1)]).toEqual([50, 0, 0]);
});
