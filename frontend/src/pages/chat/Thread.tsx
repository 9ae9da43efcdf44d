import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "../../api/keys";
import type { Citation, Message } from "../../api/types";
import { useUsableAssistants } from "../../shared/assistants/useAssistants";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";
import type { Answerer } from "./Answer";
import { LiveAnswer } from "./LiveAnswer";
import { SettledAnswer } from "./SettledAnswer";
import { useRegenerate } from "./useChat";

interface Props {
  conversationId: string;
  messages: Message[];
  onCite: (citation: Citation) => void;
}

const LIVE = new Set(["queued", "running", "awaiting_approval"]);
export const isLive = (message: Message) => message.role === "assistant" && LIVE.has(message.run?.status ?? "");

/** The assistant at an answer, with its picture as long as it is there. */
function useAnswerer(): (message: Message) => Answerer | null {
  const { data = [] } = useUsableAssistants();
  return ({ assistant }) => assistant && { name: assistant.name, picture: data.find(({ slug }) => slug === assistant.slug)?.picture ?? "" };
}

function Question({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <article className="asked" aria-label={t("chat.you")}>
      <p>{text}</p>
    </article>
  );
}

export function Thread({ conversationId, messages, onCite }: Props) {
  const client = useQueryClient();
  const toast = useToast();
  const textOf = useErrorText();
  const { t } = useTranslation();
  const answererOf = useAnswerer();
  const regenerate = useRegenerate(conversationId);
  const [ended, setEnded] = useState(false);
  const refresh = useCallback(() => {
    setEnded(true);
    void client.invalidateQueries({ queryKey: keys.messages(conversationId) });
    void client.invalidateQueries({ queryKey: keys.conversations });
  }, [client, conversationId]);
  const again = (id: string) =>
    regenerate.mutate(id, {
      onError: (error) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
    });

  return (
    <>
    <p className="visually-hidden" role="status">{ended && !messages.some(isLive) ? t("chat.answerReady") : ""}</p>
    <ol className="thread">
      {messages.map((message, index) => (
        <li key={message.id}>
          {message.role === "user" ? (
            <Question text={message.content} />
          ) : isLive(message) ? (
            <LiveAnswer key={message.run!.id} assistant={answererOf(message)} runId={message.run!.id} onCite={onCite} onRetry={() => again(message.id)} onEnd={refresh} />
          ) : (
            <SettledAnswer
              message={message}
              assistant={answererOf(message)}
              conversationId={conversationId}
              last={index === messages.length - 1}
              onCite={onCite}
              onRegenerate={() => again(message.id)}
            />
          )}
        </li>
      ))}
    </ol>
    </>
  );
}
