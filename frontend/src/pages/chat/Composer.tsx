import Send from "@carbon/icons-react/es/SendFilled.js";
import StopFilled from "@carbon/icons-react/es/StopFilledAlt.js";
import { IconButton } from "@carbon/react";
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Assistant } from "../../api/agentTypes";
import { MentionList, optionId } from "./MentionList";
import { isComposing, useMention } from "./useMention";

interface Props {
  /** An answer is being written: the button stops it instead of sending. */
  running: boolean;
  stopping: boolean;
  busy: boolean;
  /** Those that an @ at the beginning can name. */
  assistants?: Assistant[];
  onSend: (question: string) => Promise<unknown>;
  onStop: () => void;
  children?: ReactNode;
}

const NOBODY: Assistant[] = [];

/**
 * Enter that chooses a word in an input method (Zhuyin, Pinyin) must not send. Safari ends the composition before the
 * key event, and then only the old key code 229 tells.
 */
export function isSendKey(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !isComposing(event);
}

/** As high as its text, up to a third of the window. */
function useGrowing(text: string) {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, window.innerHeight / 3)}px`;
  }, [text]);
  return area;
}

export function Composer({ running, stopping, busy, assistants = NOBODY, onSend, onStop, children }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const area = useGrowing(text);
  const ready = text.trim() !== "" && !running && !busy;
  const mention = useMention({ text, assistants, onChoose: (next) => (setText(next), area.current?.focus()) });
  const { id, found, active } = mention;

  const send = () => {
    if (!ready) return;
    // What was typed comes back when it could not be sent.
    setText("");
    onSend(text.trim()).catch(() => setText((current) => current || text));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (mention.onKey(event) || !isSendKey(event)) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {found.length > 0 && <MentionList id={id} found={found} active={active} onChoose={mention.choose} />}
      <div className="composer__box">
        <label className="visually-hidden" htmlFor="question">
          {t("chat.compose")}
        </label>
        <textarea
          id="question"
          ref={area}
          rows={1}
          value={text}
          maxLength={8_000}
          placeholder={t("chat.placeholder")}
          aria-describedby="composer-hint"
          aria-autocomplete={assistants.length ? "list" : undefined}
          aria-controls={found.length ? id : undefined}
          aria-activedescendant={found.length ? optionId(id, found[active]!.slug) : undefined}
          onChange={({ target }) => (setText(target.value), mention.moved(target.selectionStart))}
          onSelect={(event) => mention.moved(event.currentTarget.selectionStart)}
          onCompositionStart={() => mention.setComposing(true)}
          onCompositionEnd={() => mention.setComposing(false)}
          onKeyDown={onKeyDown}
        />
        <div className="composer__bar">
          {children}
          {running ? (
            <IconButton kind="secondary" size="md" align="top-end" label={t(stopping ? "chat.stopping" : "chat.stop")} disabled={stopping} onClick={onStop}>
              <StopFilled />
            </IconButton>
          ) : (
            <IconButton type="submit" kind="primary" size="md" align="top-end" label={t("chat.send")} disabled={!ready}>
              <Send />
            </IconButton>
          )}
        </div>
      </div>
      <p id="composer-hint" className="composer__hint">
        {t("chat.hint")} {assistants.length > 0 && t("chat.hintAssistants")}
      </p>
    </form>
  );
}
