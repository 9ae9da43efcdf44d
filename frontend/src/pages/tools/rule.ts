import type { Condition } from "../../api/toolTypes";

export const OPERATORS = ["==", "!=", ">", ">=", "<", "<=", "contains", "matches", "present"] as const;

/** What was typed, as the rule keeps it: true and false are no words there. Numbers the server reads out of texts. */
export function valueOf(text: string): unknown {
  return text === "true" ? true : text === "false" ? false : text;
}

export const textOf = (value: unknown): string => (value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));

/** As it is sent: what is only asked to be there has no value. */
export function sentRule(rule: Condition[]): Condition[] {
  return rule.map(({ argument, operator, value }) => (operator === "present" ? { argument, operator } : { argument, operator, value: value ?? "" }));
}
