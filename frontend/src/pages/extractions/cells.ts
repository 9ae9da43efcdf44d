import type { JsonSchema } from "../../api/toolTypes";
import type { ExtractedRow, Finding } from "../../api/workTypes";

/** The name of a field as people read it: `invoice_number` is "Invoice number". */
export function fieldTitle(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A value as it stands in a cell; a list or an object as JSON. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What was typed, in the type that the schema wants; as it is where it cannot be that, and the server says so. */
export function cellValue(text: string, schema: JsonSchema): unknown {
  if (text.trim() === "") return null;
  const types = [schema.type].flat();
  if (types.includes("number") || types.includes("integer")) return Number.isNaN(Number(text)) ? text : Number(text);
  if (types.includes("boolean")) return text === "true" ? true : text === "false" ? false : text;
  if (types.includes("array") || types.includes("object")) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}

/** What was found for a field, or the least sure of what was found inside of it. */
export function findingOf(row: ExtractedRow, name: string): Finding | undefined {
  const inside = row.findings.filter(({ path }) => path === name || path.startsWith(`${name}.`));
  return inside.sort((a, b) => a.confidence - b.confidence)[0];
}
