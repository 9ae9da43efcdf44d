import { useEffect, useState } from "react";
import type { Approval } from "../../api/agentTypes";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Whether nobody decided in time, also when that moment comes while the page is open. */
export function useExpired({ status, expires_at }: Approval): boolean {
  const [now, setNow] = useState(Date.now);
  const left = new Date(expires_at).getTime() - now;
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(left + 500, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  }, [left]);
  return status === "expired" || (status === "pending" && left <= 0);
}
