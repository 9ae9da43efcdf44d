/** What the server says of tools and of what they can do. */

export type ToolKind = "builtin" | "openapi" | "mcp" | "sql";
export type Needs = "never" | "always" | "rule";

export interface Condition {
  argument: string;
  operator: string;
  value?: unknown;
}

export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: unknown[];
  default?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

export interface Operation {
  id: string;
  name: string;
  function: string;
  title: string;
  description: string;
  parameters: JsonSchema;
  writes: boolean;
  enabled: boolean;
  needs_approval: Needs;
  rule: Condition[];
  four_eyes: boolean;
}

export interface ToolAuth {
  type: "none" | "bearer" | "basic" | "header" | "query";
  name?: string;
  /** Sent, never received. */
  value?: string;
}

/** A tool. Its secret never comes here. */
export interface Tool {
  id: string;
  slug: string;
  name: string;
  description: string;
  kind: ToolKind;
  settings: Record<string, unknown>;
  auth: ToolAuth;
  egress: { allow: string[] };
  enabled: boolean;
  restricted: boolean;
  groups: string[];
  calls_per_minute: number | null;
  timeout: number;
  has_secret: boolean;
  secret_readable: boolean;
  created_at: string;
  operations: Operation[];
}

export interface Tried {
  ok: boolean;
  text: string;
  data: unknown;
  seconds: number;
}

/** What came of an administrator's sign-in to the service behind a tool. */
export interface SignedIn {
  ok: boolean;
  detail: string;
}

/** A tool as people see it who choose what an assistant may use. */
export interface UsableTool {
  slug: string;
  name: string;
  description: string;
  kind: ToolKind;
  operations: Pick<Operation, "name" | "function" | "title" | "description" | "writes" | "needs_approval">[];
}
