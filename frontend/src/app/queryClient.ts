import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { keys } from "../api/keys";
import { ApiError, isAway } from "../api/problem";
import i18n from "../i18n";

/** A call said that we are signed out (or may be): the shell then asks who we are and leads to the sign-in page. */
function noticeSignedOut(client: QueryClient, error: unknown): void {
  if (!(error instanceof ApiError)) return;
  if (error.status === 401) client.setQueryData(keys.me, null);
  else if (error.status === 403) void client.invalidateQueries({ queryKey: keys.me });
}

function shouldRetry(failures: number, error: unknown): boolean {
  return isAway(error) && failures < 2;
}

export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (query.queryKey[0] !== keys.me[0]) noticeSignedOut(client, error);
      },
    }),
    mutationCache: new MutationCache({ onError: (error) => noticeSignedOut(client, error) }),
    defaultOptions: { queries: { retry: shouldRetry, staleTime: 5_000 }, mutations: { retry: false } },
  });
  // The server says its sentences in the language that it was asked in.
  i18n.on("languageChanged", () => void client.invalidateQueries());
  return client;
}
