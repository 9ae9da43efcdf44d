import type { ScheduleBody, Schedule, Trigger, TriggerKind } from "../../api/workTypes";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export const KINDS: TriggerKind[] = ["daily", "weekly", "cron", "document", "webhook"];

export interface Fields {
  name: string;
  assistant: string;
  prompt: string;
  kind: TriggerKind;
  at: string;
  days: string[];
  cron: string;
  collections: string[];
  signed: boolean;
  mail: boolean;
  webhook: string;
}

export function fieldsFrom(schedule?: Schedule): Fields {
  const trigger = schedule?.trigger ?? { kind: "daily" };
  const { kind, at = "08:30", days = ["mon"], cron = "30 8 * * 1-5", collections = [], signed = false } = trigger as Trigger;
  const { name = "", assistant = "", prompt = "", mail = false, webhook = "" } = schedule ?? {};
  return { name, assistant: assistant ?? "", prompt, kind, at, days, cron, collections, signed, mail, webhook };
}

/** What sets it off, with only what its kind needs. */
export function triggerOf({ kind, at, days, cron, collections, signed }: Fields): Trigger {
  switch (kind) {
    case "daily":
      return { kind, at };
    case "weekly":
      return { kind, at, days };
    case "cron":
      return { kind, cron: cron.trim() };
    case "document":
      return { kind, collections };
    default:
      return { kind, signed };
  }
}

/** What is sent. What did not change of trigger and address is not named again: they would get new secrets. */
export function bodyOf(fields: Fields, schedule?: Schedule): ScheduleBody {
  const { name, assistant, prompt, mail, webhook } = fields;
  const trigger = triggerOf(fields);
  const same = schedule && JSON.stringify(trigger) === JSON.stringify(triggerOf(fieldsFrom(schedule)));
  const elsewhere = webhook.trim() === (schedule?.webhook ?? "") ? {} : { webhook: webhook.trim() };
  return { name: name.trim(), assistant, prompt: prompt.trim(), mail, ...elsewhere, ...(same ? {} : { trigger }) };
}

export function isReady({ name, prompt, kind, days, collections, cron }: Fields): boolean {
  if (!name.trim() || !prompt.trim()) return false;
  if (kind === "weekly") return days.length > 0;
  if (kind === "document") return collections.length > 0;
  return kind !== "cron" || cron.trim() !== "";
}
