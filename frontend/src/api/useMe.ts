import { useQuery } from "@tanstack/react-query";
import { fetchMe } from "./auth";
import { keys } from "./keys";
import { ApiError } from "./problem";
import type { Me } from "./types";

async function meOrNobody(): Promise<Me | null> {
  try {
    return await fetchMe();
  } catch (cause) {
    if (cause instanceof ApiError && (cause.status === 401 || cause.status === 403)) return null;
    throw cause;
  }
}

/** Who is signed in: `null` for nobody, `undefined` while that is not known. */
export function useMe() {
  return useQuery({ queryKey: keys.me, queryFn: meOrNobody, staleTime: 60_000 });
}
