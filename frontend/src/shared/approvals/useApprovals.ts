import { useQuery } from "@tanstack/react-query";
import { allPages } from "../../api/allPages";
import { approvals } from "../../api/agents";
import { keys } from "../../api/keys";

const LOOK_MS = 30_000;

/** What waits for this person now; new ones come while they look at something else. */
export function useApprovals() {
  return useQuery({ queryKey: keys.approvals, queryFn: () => allPages(approvals.list), refetchInterval: LOOK_MS });
}
