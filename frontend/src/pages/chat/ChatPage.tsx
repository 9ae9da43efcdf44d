import { SkeletonText } from "@carbon/react";
import { useMutation } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { runs } from "../../api/endpoints";
import { ApiError } from "../../api/problem";
import type { Citation } from "../../api/types";
import { useUsableAssistants } from "../../shared/assistants/useAssistants";
import { ErrorState } from "../../shared/ErrorState";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";
import { useTitle } from "../../shared/useTitle";
import { AssistantPicker } from "./AssistantPicker";
import { CollectionPicker } from "./CollectionPicker";
import { Composer } from "./Composer";
import { SourcePanel } from "./SourcePanel";
import { isLive, Thread } from "./Thread";
import { useAsk, useCollections, useConversation, useMessages, useScope } from "./useChat";
import { useStickToBottom } from "./useStickToBottom";
import { Welcome } from "./Welcome";

/** Where questions look: the conversation keeps it; a new one keeps it here until the first question. */
function useSearched(id: string | undefined) {
  const [fresh, setFresh] = useState<string[]>([]);
  const { data: conversation } = useConversation(id);
  const change = useScope(id);
  const chosen = id ? (conversation?.collections.map((collection) => collection.id) ?? []) : fresh;
  return { chosen, choose: id ? change.mutate : setFresh, title: conversation?.title };
}

/** Who answers in a new conversation: the address keeps it, so that a link leads to an assistant. */
function useChosenAssistant(id: string | undefined) {
  const [query, setQuery] = useSearchParams();
  const { data: all = [] } = useUsableAssistants();
  const slug = id ? "" : (query.get("assistant") ?? "");
  const choose = (next: string) => setQuery(next ? { assistant: next } : {}, { replace: true });
  return { all, assistant: all.find((each) => each.slug === slug), choose };
}

function Chat({ id }: { id: string | undefined }) {
  const { t } = useTranslation();
  const toast = useToast();
  const textOf = useErrorText();
  const { data: collections = [], isPending: waitingForCollections } = useCollections();
  const { chosen, choose, title } = useSearched(id);
  const { data: messages, error, refetch } = useMessages(id);
  const { all, assistant, choose: chooseAssistant } = useChosenAssistant(id);
  const ask = useAsk(id, chosen, assistant?.slug);
  const stop = useMutation({ mutationFn: (runId: string) => runs.cancel(runId) });
  const [citation, setCitation] = useState<Citation | null>(null);
  const closeSource = useCallback(() => setCitation(null), []);
  const frame = useStickToBottom(`${id}:${messages !== undefined}`);
  useTitle(title || t("chat.new"));

  const fail = (cause: unknown) => toast({ kind: "error", title: t("errors.title"), text: textOf(cause) });
  const send = (question: string) =>
    ask.mutateAsync(question).catch((cause: unknown) => {
      fail(cause);
      throw cause;
    });
  const live = messages?.find(isLive);
  const gone = error instanceof ApiError && error.status === 404;

  return (
    <div className={citation ? "chat chat--with-source" : "chat"}>
      <section className="chat__main" aria-label={t("chat.conversation")}>
        <div className="chat__scroll" ref={frame}>
          <div className="chat__column">
            {id && <h1 className="visually-hidden">{title || t("chat.untitled")}</h1>}
            {!id && !waitingForCollections && (
              <Welcome assistant={assistant} hasDocuments={collections.some((each) => each.documents > 0)} onAsk={(text) => void send(text).catch(() => undefined)} />
            )}
            {gone && <p className="muted">{t("chat.gone")}</p>}
            {error && !gone && <ErrorState error={error} onRetry={() => void refetch()} />}
            {id && !messages && !error && <SkeletonText paragraph lineCount={6} />}
            {id && messages && <Thread conversationId={id} messages={messages} onCite={setCitation} />}
          </div>
        </div>
        {!gone && (
          <Composer
            key={id ?? "new"}
            running={live !== undefined}
            stopping={stop.isPending || (stop.isSuccess && stop.variables === live?.run?.id)}
            busy={ask.isPending}
            assistants={all}
            onSend={send}
            onStop={() => live?.run && stop.mutate(live.run.id, { onError: fail })}
          >
            <div className="composer__choices">
              {!id && all.length > 0 && <AssistantPicker assistants={all} chosen={assistant?.slug ?? ""} onChange={chooseAssistant} />}
              <CollectionPicker collections={collections} chosen={chosen} onChange={choose} />
            </div>
          </Composer>
        )}
      </section>
      {citation && <SourcePanel citation={citation} onClose={closeSource} />}
    </div>
  );
}

/** One conversation, one life: a draft, an open source or a scroll position never leaks into the next. */
export function Component() {
  const { id } = useParams();
  return <Chat key={id ?? "new"} id={id} />;
}
