import type { Assistant } from "../../api/agentTypes";

// Some input methods write the wide sign.
const BEGUN = /^[@＠]([\p{L}\p{N}-]*)$/u;

/** What was typed after the @ that begins the message, up to the caret; null where no assistant is being named. */
export function mentionAt(text: string, caret: number): string | null {
  return BEGUN.exec(text.slice(0, caret))?.[1] ?? null;
}

/** Those whose name or address holds what was typed, the likeliest first. */
export function matching(assistants: Assistant[], typed: string): Assistant[] {
  const wanted = typed.toLowerCase();
  const place = ({ slug, name }: Assistant) => (slug.startsWith(wanted) || name.toLowerCase().startsWith(wanted) ? 0 : 1);
  const found = assistants.filter(({ slug, name }) => slug.includes(wanted) || name.toLowerCase().includes(wanted));
  return found.sort((a, b) => place(a) - place(b)).slice(0, 8);
}

/** The message with the chosen assistant's name at its beginning. */
export function withMention(text: string, caret: number, slug: string): string {
  return `@${slug} ${text.slice(caret).trimStart()}`;
}
