import type { Step } from "../../api/types";

interface FoundPassage {
  title?: string;
}

function foundPassages(result: unknown): FoundPassage[] {
  const found = (result as { found?: unknown } | null)?.found;
  return Array.isArray(found) ? (found as FoundPassage[]) : [];
}

/** How many passages a search found, and in which documents; three titles are enough for a line. */
export function foundBy(step: Step): { count: number; titles: string[] } {
  const passages = foundPassages(step.result);
  const titles = passages.map((passage) => passage.title).filter((title): title is string => Boolean(title));
  return { count: passages.length, titles: [...new Set(titles)].slice(0, 3) };
}

export function queryOf(step: Step): string {
  const query = step.arguments?.query;
  return typeof query === "string" ? query : "";
}
