import { expect, it } from "vitest";
import { around, marksFor, pieces, toBlocks } from "./blocks";
import { unitOffsets } from "./codePoints";

const text = "Leave\n\nTen days.\nMore later.\n\n- first\n- second\n\nGrade: A; Limit: 100\nGrade: B; Limit: 80";
const document = {
  text,
  pages: [
    { page: 1, start: 0, end: 16 },
    { page: 2, start: 30, end: text.length },
  ],
  headings: [{ level: 1, title: "Leave", start: 0, end: 5 }],
};

it("finds headings, paragraphs, items and tables, and loses no word", () => {
  const blocks = toBlocks(document);
  expect(blocks.map((block) => block.kind)).toEqual(["heading", "paragraph", "item", "item", "table"]);
  expect(blocks.map((block) => block.page)).toEqual([1, undefined, 2, undefined, undefined]);
  const kept = blocks.map((block) => text.slice(block.start, block.end)).join("").replace(/\s/g, "");
  expect(kept).toBe(text.replace(/\s/g, ""));
});

it("gives every table cell its own place in the text", () => {
  const rows = toBlocks(document).at(-1)!.rows!;
  expect(rows.map((row) => row.map((cell) => [cell.name, text.slice(cell.start, cell.end)]))).toEqual([
    [["Grade", "A"], ["Limit", "100"]],
    [["Grade", "B"], ["Limit", "80"]],
  ]);
});

it("counts code points as the server does", () => {
  const at = unitOffsets("a😀𠮷b");
  expect([0, 1, 2, 3, 4].map(at)).toEqual([0, 1, 3, 5, 6]);
});

it("marks the passage and the quoted words inside it, also after an emoji", () => {
  const words = "😀 one two three";
  const marks = marksFor(words, { start: 2, end: 15 }, "two");
  expect(marks.map((mark) => words.slice(mark.start, mark.end))).toEqual(["one two three", "two"]);
  const cut = pieces({ start: 0, end: words.length }, marks);
  expect(cut.map((piece) => [words.slice(piece.start, piece.end), piece.kinds.at(-1)])).toEqual([
    ["😀 ", undefined],
    ["one ", "passage"],
    ["two", "quote"],
    [" three", "passage"],
  ]);
});

it("keeps only what is near the passage", () => {
  const near = around(toBlocks(document), { start: 8, end: 12 }, 10);
  expect(near.map((block) => block.kind)).toEqual(["heading", "paragraph"]);
});
