import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { allPages } from "../../api/allPages";
import { collections, conversations, messages } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Feedback } from "../../api/types";

export function useCollections() {
  return useQuery({ queryKey: keys.collections, queryFn: () => allPages(collections.list) });
}

export function useConversation(id: string | undefined) {
  return useQuery({
    queryKey: keys.conversation(id ?? ""),
    queryFn: () => conversations.one(id!),
    enabled: id !== undefined,
  });
}

export function useMessages(id: string | undefined) {
  return useQuery({
    queryKey: keys.messages(id ?? ""),
    queryFn: () => allPages((cursor) => conversations.messages(id!, cursor)),
    enabled: id !== undefined,
  });
}

/** Ask in this conversation, or begin a new one with the question. */
export function useAsk(id: string | undefined, scope: string[], assistant = "") {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (question: string) => {
      const conversationId = id ?? (await conversations.create(scope, assistant)).id;
      await conversations.ask(conversationId, question);
      return conversationId;
    },
    onSuccess: async (conversationId) => {
      void client.invalidateQueries({ queryKey: keys.conversations });
      await client.invalidateQueries({ queryKey: keys.messages(conversationId) });
      if (!id) void navigate(`/chat/${conversationId}`);
    },
  });
}

export function useScope(id: string | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (scope: string[]) => conversations.scope(id!, scope),
    onSuccess: (conversation) => client.setQueryData(keys.conversation(conversation.id), conversation),
  });
}

export function useRegenerate(conversationId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (messageId: string) => messages.regenerate(messageId),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.messages(conversationId) }),
  });
}

export function useRate(conversationId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, feedback }: { id: string; feedback: Feedback }) => messages.rate(id, feedback),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.messages(conversationId) }),
  });
}
