import type { JsonSchema } from "../../api/toolTypes";

/** What was typed, by the path of its field. */
export type Typed = Record<string, string>;
export type FieldKind = "choice" | "boolean" | "number" | "text" | "date" | "object" | "json";

const DEEPEST = 3;

/** The schema itself: references followed, and of several forms the first that is more than null. */
export function resolved(schema: JsonSchema, root: JsonSchema, hops = 0): JsonSchema {
  const name = schema.$ref?.replace(/^#\/\$defs\//, "");
  if (name !== undefined && hops < 20) return resolved(root.$defs?.[name] ?? {}, root, hops + 1);
  const forms = schema.anyOf ?? schema.oneOf;
  const form = forms?.find(({ type, enum: values }) => type !== "null" || values);
  return form && hops < 20 ? { ...schema, anyOf: undefined, oneOf: undefined, ...resolved(form, root, hops + 1) } : schema;
}

const typeOf = ({ type }: JsonSchema) => (Array.isArray(type) ? type.find((each) => each !== "null") : type);

/** How a field is asked for. What has no form of its own is typed as JSON. */
export function kindOf(schema: JsonSchema, depth = 0): FieldKind {
  if (schema.enum) return "choice";
  const type = typeOf(schema);
  if (type === "boolean") return "boolean";
  if (type === "integer" || type === "number") return "number";
  if (type === "string") return schema.format === "date" ? "date" : "text";
  return type === "object" && schema.properties && depth < DEEPEST ? "object" : "json";
}

export class NotJson extends Error {
  constructor(readonly path: string) {
    super(path);
  }
}

function valueOf(schema: JsonSchema, typed: Typed, root: JsonSchema, path: string, depth: number): unknown {
  const text = typed[path] ?? "";
  switch (kindOf(schema, depth)) {
    case "object":
      return argumentsOf(schema, typed, root, path, depth + 1);
    case "number":
      return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
    case "boolean":
      return text === "true";
    case "choice":
      return schema.enum!.find((each) => String(each) === text);
    case "json":
      try {
        return JSON.parse(text);
      } catch {
        throw new NotJson(path);
      }
    default:
      return text;
  }
}

/** The arguments that the form says. A field that was left empty is left out; what is lacking the server says. */
export function argumentsOf(schema: JsonSchema, typed: Typed, root = schema, path = "", depth = 0): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    const at = path ? `${path}.${name}` : name;
    const field = resolved(each, root);
    const inside = kindOf(field, depth) === "object";
    if (!inside && !typed[at]) continue;
    const value = valueOf(field, typed, root, at, depth);
    if (!inside || Object.keys(value as object).length > 0 || schema.required?.includes(name)) found[name] = value;
  }
  return found;
}
