import { keys } from "../../api/keys";
import { useChange } from "../../shared/useChange";

/** Changes something about endpoints, shows what came of it, and says so where it fails. */
export function useEndpointAction<T>(change: (value: T) => Promise<unknown>, done?: string, onDone?: () => void) {
  return useChange(change, { stale: keys.endpoints, done, onDone });
}
