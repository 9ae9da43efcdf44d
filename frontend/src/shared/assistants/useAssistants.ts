import { useQuery } from "@tanstack/react-query";
import { allPages } from "../../api/allPages";
import { assistants } from "../../api/agents";
import { keys } from "../../api/keys";

/** Those that answer the person. */
export function useUsableAssistants() {
  return useQuery({ queryKey: keys.usableAssistants, queryFn: () => allPages(assistants.usable), staleTime: 60_000 });
}
