import type { ToolBody } from "../../api/tools";
import type { Tool, ToolAuth, ToolKind } from "../../api/toolTypes";

/** What the form holds; lists are typed a line each. */
export interface Fields {
  kind: ToolKind;
  name: string;
  description: string;
  // openapi
  document: string;
  url: string;
  base_url: string;
  paths: string;
  // mcp
  transport: "stdio" | "http";
  command: string;
  arguments: string;
  environment: string;
  memory_mb: string;
  sandbox: boolean;
  network: boolean;
  sign_in: boolean;
  client_id: string;
  scope: string;
  // sql
  host: string;
  port: string;
  database: string;
  user: string;
  sslmode: string;
  ca: string;
  schemas: string;
  tables: string;
  rows: string;
  // all
  authType: ToolAuth["type"];
  authName: string;
  secret: string;
  egress: string;
  restricted: boolean;
  groups: string[];
  calls_per_minute: string;
  timeout: string;
}

export const emptyFields: Fields = {
  kind: "openapi",
  name: "",
  description: "",
  document: "",
  url: "",
  base_url: "",
  paths: "",
  transport: "http",
  command: "",
  arguments: "",
  environment: "",
  memory_mb: "",
  sandbox: true,
  network: true,
  sign_in: false,
  client_id: "",
  scope: "",
  host: "",
  port: "5432",
  database: "",
  user: "",
  sslmode: "",
  ca: "",
  schemas: "",
  tables: "",
  rows: "100",
  authType: "none",
  authName: "",
  secret: "",
  egress: "",
  restricted: false,
  groups: [],
  calls_per_minute: "",
  timeout: "30",
};

const lines = (text: string) => text.split("\n").map((each) => each.trim()).filter(Boolean);
const names = (text: string) => text.split(/[\s,，、]+/).filter(Boolean);
const text = (value: unknown): string => (Array.isArray(value) ? value.join("\n") : value === undefined || value === null ? "" : String(value));

/** NAME=value lines as an object, and back. */
export const variablesOf = (typed: string) => Object.fromEntries(lines(typed).map((line) => [line.split("=")[0]!.trim(), line.slice(line.indexOf("=") + 1).trim()]));
const variablesText = (value: unknown) => Object.entries((value ?? {}) as Record<string, string>).map(([name, each]) => `${name}=${each}`).join("\n");

/** What the form begins with when a tool is edited. The secret, and a pasted document, are not known here. */
export function fieldsFrom(tool: Tool): Fields {
  const { kind, name, description, settings, auth, egress, restricted, groups, calls_per_minute, timeout } = tool;
  const own = Object.fromEntries(Object.entries(settings).filter(([field]) => field in emptyFields).map(([field, value]) => [field, text(value)]));
  const special = { environment: variablesText(settings.environment), sign_in: settings.sign_in === "oauth", sandbox: settings.sandbox !== false, network: settings.network !== false };
  const common = { kind, name, description, authType: auth.type, authName: auth.name ?? "", egress: egress.allow.join("\n"), restricted, groups };
  return { ...emptyFields, ...own, ...special, ...common, calls_per_minute: text(calls_per_minute), timeout: text(timeout) } as Fields;
}

/** Whether it is a program that this server starts. */
export const isProgram = ({ kind, transport }: Fields) => kind === "mcp" && transport === "stdio";

/** The fields of its kind, as the server takes them. */
function ownOf(fields: Fields): ToolBody {
  const number = (typed: string) => (typed.trim() ? Number(typed) : undefined);
  switch (fields.kind) {
    case "openapi":
      return { ...(fields.document.trim() ? { document: fields.document } : { url: fields.url.trim() || undefined }), base_url: fields.base_url.trim() || undefined, paths: lines(fields.paths) };
    case "mcp":
      if (fields.transport === "http") return { transport: "http", url: fields.url.trim(), sign_in: fields.sign_in ? "oauth" : undefined, client_id: fields.client_id.trim() || undefined, scope: fields.scope.trim() || undefined };
      return { transport: "stdio", command: fields.command.trim(), arguments: lines(fields.arguments), environment: variablesOf(fields.environment), memory_mb: number(fields.memory_mb), sandbox: fields.sandbox, network: fields.network || !fields.sandbox };
    case "sql":
      return { host: fields.host.trim(), port: number(fields.port), database: fields.database.trim(), user: fields.user.trim(), sslmode: fields.sslmode || undefined, ca: fields.ca.trim() || undefined, schemas: names(fields.schemas), tables: names(fields.tables), rows: number(fields.rows) };
    default:
      return {};
  }
}

/** How it signs in. Of a database the secret is its password, of a program what its environment calls $secret. */
function authOf(fields: Fields): ToolAuth {
  if (fields.kind === "sql") return { type: "basic", value: fields.secret };
  if (isProgram(fields)) return fields.secret ? { type: "bearer", value: fields.secret } : { type: "none" };
  if (fields.authType === "none" || (fields.kind === "mcp" && fields.sign_in)) return { type: "none" };
  const named = fields.authType === "header" || fields.authType === "query";
  return { type: fields.authType, ...(named ? { name: fields.authName.trim() } : {}), value: fields.secret };
}

/** What every kind has. */
function commonOf(fields: Fields): ToolBody {
  const { name, description, restricted, groups, calls_per_minute: rate, timeout } = fields;
  const more = { egress: { allow: lines(fields.egress) }, restricted, groups: restricted ? groups : [] };
  return { name: name.trim(), description: description.trim(), ...more, calls_per_minute: rate.trim() ? Number(rate) : null, timeout: Number(timeout) || 30 };
}

/** A new tool begins switched off: first somebody looks at what it can do. */
export const newBody = (fields: Fields): ToolBody => ({ kind: fields.kind, enabled: false, ...commonOf(fields), ...ownOf(fields), ...(authOf(fields).type === "none" ? {} : { auth: authOf(fields) }) });

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Only what was changed: settings that are named again have the operations read again. An empty secret stays. */
export function changedBody(fields: Fields, tool: Tool): ToolBody {
  const before = fieldsFrom(tool);
  const own = same(ownOf(fields), ownOf(before)) ? {} : ownOf(fields);
  const signed = fields.secret !== "" || !same(authOf(fields), authOf(before));
  const cleared = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, value === undefined ? "" : value]));
  return { ...(tool.kind === "builtin" ? builtinOf(fields) : { ...commonOf(fields), ...cleared }), ...(signed ? { auth: authOf(fields) } : {}) };
}

/** Of our own tools only who may use them, how often and for how long. */
function builtinOf(fields: Fields): ToolBody {
  const { restricted, groups, calls_per_minute, timeout, egress } = commonOf(fields);
  return { restricted, groups, calls_per_minute, timeout, egress };
}

/** Whether it is worth sending; what else is wrong the server says. */
export function isReady(fields: Fields): boolean {
  if (fields.kind === "builtin") return true;
  if (!fields.name.trim()) return false;
  if (fields.kind === "openapi") return true;
  if (fields.kind === "sql") return Boolean(fields.host.trim() && fields.database.trim() && fields.user.trim() && names(fields.schemas).length);
  return Boolean(fields.transport === "http" ? fields.url.trim() : fields.command.trim());
}
