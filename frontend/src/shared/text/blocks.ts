import type { DocumentText } from "../../api/types";
import { unitOffsets } from "./codePoints";

/** A stretch of the text, in JavaScript's own offsets. */
export interface Range {
  start: number;
  end: number;
}

export interface Mark extends Range {
  kind: "passage" | "quote";
}

export interface Block extends Range {
  kind: "heading" | "paragraph" | "item" | "table";
  level?: number;
  /** The page that begins with this block. */
  page?: number;
  rows?: Row[];
}

export interface Cell extends Range {
  name: string;
}

type Row = Cell[];

const BULLET = /^\s*(?:[-*•‣◦·]|\d{1,3}[.)、]|[(（]?[一二三四五六七八九十]{1,3}[)）、])\s*/;
const PAIR = /([^:：;]{1,60})[:：] ([^;]*)(?:; |$)/gy;

/** The cells of a line like `Grade: A; Limit: 100`, the form in which tables are kept; null for other lines. */
function cells(text: string, line: Range): Row | null {
  const words = text.slice(line.start, line.end);
  const row: Row = [];
  PAIR.lastIndex = 0;
  let end = 0;
  for (let pair = PAIR.exec(words); pair; pair = PAIR.exec(words)) {
    const start = line.start + pair.index + pair[1]!.length + 2;
    row.push({ name: pair[1]!.trim(), start, end: start + pair[2]!.length });
    end = PAIR.lastIndex;
    if (end >= words.length) break;
  }
  return end === words.length && row.length > 1 ? row : null;
}

const names = (row: Row) => row.map((cell) => cell.name).join("\u0000");

/** Lines that all name the same columns are a table. */
function tableOf(text: string, lines: Range[]): Row[] | null {
  const rows = lines.map((line) => cells(text, line));
  const first = rows[0];
  if (lines.length < 2 || !first) return null;
  return rows.every((row) => row && names(row) === names(first)) ? (rows as Row[]) : null;
}

function split(text: string, from: number, to: number, separator: string): Range[] {
  const ranges: Range[] = [];
  for (let start = from; start < to; ) {
    const found = text.indexOf(separator, start);
    const end = found < 0 || found > to ? to : found;
    if (end > start) ranges.push({ start, end });
    start = end + separator.length;
  }
  return ranges;
}

/** One group of lines between blank lines: a table, list items, or a paragraph. */
function blocksOf(text: string, group: Range): Block[] {
  const lines = split(text, group.start, group.end, "\n");
  const rows = tableOf(text, lines);
  if (rows) return [{ ...group, kind: "table", rows }];
  if (lines.length > 0 && lines.every((line) => BULLET.test(text.slice(line.start, line.end))))
    return lines.map((line) => ({ ...line, kind: "item" }));
  return [{ ...group, kind: "paragraph" }];
}

/** Where a block must begin whatever stands around it: headings and pages. */
function fences(headings: Range[], pages: Range[], length: number): number[] {
  const points = [0, length, ...headings.flatMap(({ start, end }) => [start, end]), ...pages.map(({ start }) => start)];
  return [...new Set(points.filter((point) => point <= length))].sort((a, b) => a - b);
}

/** The document as blocks to draw, together covering all of its text in order. */
export function toBlocks(document: DocumentText): Block[] {
  const { text } = document;
  const at = unitOffsets(text);
  const headings = document.headings.map((item) => ({ ...item, start: at(item.start), end: at(item.end) }));
  const pages = document.pages.map((item) => ({ ...item, start: at(item.start), end: at(item.end) }));
  const headingAt = new Map(headings.map((heading) => [heading.start, heading]));
  const points = fences(headings, pages, text.length);
  const blocks = points.slice(0, -1).flatMap((start, index): Block[] => {
    const end = points[index + 1]!;
    const heading = headingAt.get(start);
    if (heading?.end === end) return [{ kind: "heading", level: heading.level, start, end }];
    return split(text, start, end, "\n\n").flatMap((group) => blocksOf(text, group));
  });
  return withPages(blocks, pages);
}

function withPages(blocks: Block[], pages: { page: number; start: number }[]): Block[] {
  const waiting = [...pages];
  return blocks.map((block) => {
    let page: number | undefined;
    while (waiting.length > 0 && waiting[0]!.start <= block.start) page = waiting.shift()!.page;
    return page === undefined ? block : { ...block, page };
  });
}

/** Cut a range at the edges of the marks: each piece is marked throughout, or not at all. */
export function pieces(range: Range, marks: Mark[]): { start: number; end: number; kinds: Mark["kind"][] }[] {
  const edges = marks.flatMap(({ start, end }) => [start, end]).filter((edge) => edge > range.start && edge < range.end);
  const points = [...new Set([range.start, ...edges, range.end])].sort((a, b) => a - b);
  return points.slice(0, -1).map((start, index) => ({
    start,
    end: points[index + 1]!,
    kinds: marks.filter((mark) => mark.start <= start && mark.end > start).map((mark) => mark.kind),
  }));
}

/** The passage and, inside it, the words that were quoted. */
export function marksFor(text: string, place: Range, quote?: string): Mark[] {
  const at = unitOffsets(text);
  const passage = { start: at(place.start), end: at(place.end) };
  const found = quote ? text.slice(passage.start, passage.end).indexOf(quote) : -1;
  const marks: Mark[] = [{ ...passage, kind: "passage" }];
  if (quote && found >= 0)
    marks.push({ start: passage.start + found, end: passage.start + found + quote.length, kind: "quote" });
  return marks;
}

/** The blocks around the passage, for a panel that shows only its surroundings. */
export function around(blocks: Block[], passage: Range, reach: number): Block[] {
  return blocks.filter((block) => block.end > passage.start - reach && block.start < passage.end + reach);
}
