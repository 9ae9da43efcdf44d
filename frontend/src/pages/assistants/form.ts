import type { AssistantBody } from "../../api/agents";
import type { Assistant, AssistantContent, AssistantVersion, Limits, Sharing } from "../../api/agentTypes";

/** What the form holds: a version's content, and with whom the assistant is shared. */
export interface Fields extends AssistantContent, Required<Sharing> {
  slug: string;
}

export type Change = (changes: Partial<Fields>) => void;

export const LIMITS: Record<Exclude<keyof Limits, "cost">, { usual: number; most: number }> = {
  steps: { usual: 10, most: 40 },
  calls: { usual: 20, most: 100 },
  tokens: { usual: 30_000, most: 400_000 },
  seconds: { usual: 240, most: 1_800 },
};
export const limitNames = Object.keys(LIMITS) as (keyof typeof LIMITS)[];

export const emptyFields: Fields = {
  slug: "",
  name: "",
  picture: "bot",
  purpose: "",
  instructions: "",
  models: [],
  collections: null,
  tools: [],
  limits: {},
  greeting: "",
  starters: [],
  enabled: true,
  restricted: false,
  groups: [],
  editors: [],
};

/** What the form begins with when an assistant is edited: its newest version, whether that answers or not. */
export function fieldsFrom(assistant: Assistant, version: AssistantVersion): Fields {
  const { slug, enabled, restricted, groups = [], editors = [] } = assistant;
  const { name, picture, purpose, instructions, models, collections, tools, limits, greeting, starters } = version;
  const content = { name, picture, purpose, instructions, models, collections, tools, limits, greeting, starters };
  return { slug, ...content, enabled, restricted, groups: groups.map(({ id }) => id), editors: editors.map(({ id }) => id) };
}

/** The content as a version takes it: without empty lines among the questions. */
export function contentOf(fields: Fields): AssistantContent {
  const { name, picture, purpose, instructions, models, collections, tools, limits, greeting, starters } = fields;
  const questions = starters.map((text) => text.trim()).filter(Boolean);
  const set = Object.fromEntries(Object.entries(limits).filter(([, value]) => value));
  return { name: name.trim(), picture, purpose: purpose.trim(), instructions, models, collections, tools, limits: set, greeting: greeting.trim(), starters: questions };
}

/** What is sent of a new assistant. */
export function newBody(fields: Fields): AssistantBody & { slug: string; name: string } {
  const { slug, enabled, restricted, groups, editors } = fields;
  return { ...contentOf(fields), slug, name: fields.name.trim(), enabled, restricted, groups: restricted ? groups : [], editors };
}

/** What is sent of a change: the content, and of the sharing what was changed here. */
export function changedBody(fields: Fields, edits: Partial<Fields>): AssistantBody {
  const { enabled, editors, restricted, groups } = fields;
  return {
    ...contentOf(fields),
    ...("enabled" in edits ? { enabled } : {}),
    ...("editors" in edits ? { editors } : {}),
    ...("restricted" in edits || "groups" in edits ? { restricted, groups: restricted ? groups : [] } : {}),
  };
}

export const isReady = (fields: Fields) => fields.name.trim() !== "" && fields.slug !== "";

/** `tool` allows all of its operations, `tool/operation` one: the list with that one put in or taken out. */
export function toggled(tools: string[], name: string): string[] {
  if (tools.includes(name)) return tools.filter((each) => each !== name);
  const kept = name.includes("/") ? tools : tools.filter((each) => !each.startsWith(`${name}/`));
  return [...kept, name];
}
