import type { Element, ElementContent, Root, RootContent } from "hast";

const MARKER = /\[(\d{1,3})\]/g;
const UNTOUCHED = new Set(["code", "pre", "a", "cite"]);

function cite(marker: string): Element {
  return { type: "element", tagName: "cite", properties: { dataMarker: marker }, children: [] };
}

/** `text [1] more` becomes text, a `cite` element, text. */
function split(text: string): ElementContent[] {
  const parts: ElementContent[] = [];
  let end = 0;
  for (const match of text.matchAll(MARKER)) {
    if (match.index > end) parts.push({ type: "text", value: text.slice(end, match.index) });
    parts.push(cite(match[1]!));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ type: "text", value: text.slice(end) });
  return parts;
}

function walk<T extends RootContent | ElementContent>(children: T[]): T[] {
  return children.flatMap((child): T[] => {
    if (child.type === "text") return split(child.value) as T[];
    if (child.type === "element" && !UNTOUCHED.has(child.tagName)) child.children = walk(child.children);
    return [child];
  });
}

/** A rehype plugin: citation markers in running text become `cite` elements; code and links stay as they are. */
export function citeMarkers() {
  return (tree: Root): void => {
    tree.children = walk(tree.children);
  };
}
