import { useId, useState, type KeyboardEvent } from "react";
import type { Assistant } from "../../api/agentTypes";
import { matching, mentionAt, withMention } from "./mention";

interface Options {
  text: string;
  assistants: Assistant[];
  onChoose: (text: string) => void;
}

/** Whether a key belongs to an input method that is composing a word. */
export const isComposing = (event: KeyboardEvent) => event.nativeEvent.isComposing || event.keyCode === 229;

/** The list of assistants that opens after an @, and how the keyboard moves in it. */
export function useMention({ text, assistants, onChoose }: Options) {
  const id = useId();
  const [caret, setCaret] = useState(0);
  const [place, setPlace] = useState(0);
  const [composing, setComposing] = useState(false);
  const [closedFor, setClosedFor] = useState<string | null>(null);
  const typed = composing ? null : mentionAt(text, caret);
  const found = typed === null || typed === closedFor ? [] : matching(assistants, typed);
  const active = Math.min(place, found.length - 1);

  const choose = ({ slug }: Assistant) => {
    setPlace(0);
    setCaret(slug.length + 2);
    onChoose(withMention(text, caret, slug));
  };
  /** True when the key was the list's own. */
  const onKey = (event: KeyboardEvent): boolean => {
    if (found.length === 0 || isComposing(event)) return false;
    if (event.key === "ArrowDown") setPlace((active + 1) % found.length);
    else if (event.key === "ArrowUp") setPlace((active - 1 + found.length) % found.length);
    else if (event.key === "Enter" || event.key === "Tab") choose(found[active]!);
    else if (event.key === "Escape") setClosedFor(typed);
    else return false;
    event.preventDefault();
    return true;
  };
  const moved = (at: number) => {
    setCaret(at);
    setPlace(0);
    setClosedFor(null);
  };
  return { id, found, active, choose, onKey, moved, setComposing };
}
