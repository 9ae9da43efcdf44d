import type { JsonSchema } from "../../api/toolTypes";

export type FieldType = "text" | "number" | "date" | "yes";

export interface OwnField {
  name: string;
  description: string;
  type: FieldType;
}

const TYPES: Record<FieldType, JsonSchema> = {
  text: { type: ["string", "null"] },
  number: { type: ["number", "null"] },
  date: { type: ["string", "null"], format: "date" },
  yes: { type: ["boolean", "null"] },
};

/** Names that were typed twice: the second would take the first one's place. */
export function repeated(fields: OwnField[]): string[] {
  const names = fields.map(({ name }) => name.trim()).filter(Boolean);
  return names.filter((name, at) => names.indexOf(name) !== at);
}

/** The schema of fields that somebody typed: each may be lacking in a document. */
export function schemaOf(fields: OwnField[]): JsonSchema {
  const named = fields.filter(({ name }) => name.trim());
  return { type: "object", properties: Object.fromEntries(named.map(({ name, description, type }) => [name.trim(), { ...TYPES[type], description: description.trim() || name.trim() }])) };
}
