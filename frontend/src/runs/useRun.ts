import { useEffect, useReducer, useState } from "react";
import { ApiError } from "../api/problem";
import { followRun } from "./follow";
import { advance, emptyView, type RunView } from "./view";

export interface LiveRun {
  view: RunView;
  connected: boolean;
}

/** Follow a run while mounted. Give the component `key={runId}`: one run, one life. */
export function useRun(runId: string): LiveRun {
  const [view, dispatch] = useReducer(advance, emptyView);
  const [connected, setConnected] = useState(true);

  useEffect(() => {
    const life = new AbortController();
    const fail = (cause: unknown) => {
      if (life.signal.aborted) return;
      const error = cause instanceof ApiError ? { title: cause.title, detail: cause.detail } : { detail: String(cause) };
      dispatch({ id: "", kind: "error", data: error });
    };
    dispatch({ id: "", kind: "reset", data: null });
    followRun(runId, { onEvent: dispatch, onConnection: setConnected, signal: life.signal }).catch(fail);
    return () => life.abort();
  }, [runId]);

  return { view, connected };
}
