import { useState } from "react";

/** What a form holds: what is stored, as it is by now, and on top of it what was typed and is not saved yet. So nothing
 * that was typed goes when somebody else saves, and nothing of theirs is taken back by what was not touched here. */
export function useEdits<T extends object>(stored: T) {
  const [edits, setEdits] = useState<Partial<T>>({});
  const change = (changes: Partial<T>) => setEdits((now) => ({ ...now, ...changes }));
  /** After it was saved; what was typed since stays. */
  const saved = (sent: Partial<T>) => setEdits((now) => without(now, sent));
  return { fields: { ...stored, ...edits }, edits, change, saved };
}

function without<T extends object>(edits: Partial<T>, sent: Partial<T>): Partial<T> {
  const left = Object.entries(edits).filter(([name, value]) => sent[name as keyof T] !== value);
  return Object.fromEntries(left) as Partial<T>;
}
