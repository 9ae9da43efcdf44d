import { cursorOf } from "./endpoints";
import type { Page } from "./types";

/** Every page of a list that people expect to see whole. `most` keeps a runaway list from filling the browser. */
export async function allPages<T>(fetchPage: (cursor?: string) => Promise<Page<T>>, most = 2_000): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await fetchPage(cursor);
    items.push(...page.results);
    cursor = cursorOf(page.next);
  } while (cursor && items.length < most);
  return items;
}
