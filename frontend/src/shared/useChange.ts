import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useToast } from "./toast/context";
import { useErrorText } from "./useErrorText";

interface Options<R> {
  /** What is out of date afterwards. */
  stale: QueryKey;
  /** What is said when it worked. */
  done?: string;
  onDone?: (result: R) => void;
}

/** Changes something on the server, shows what came of it, and says so where it fails. */
export function useChange<T, R>(change: (value: T) => Promise<R>, { stale, done, onDone }: Options<R>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const textOf = useErrorText();
  return useMutation({
    mutationFn: change,
    onSuccess: (result) => {
      void client.invalidateQueries({ queryKey: stale });
      if (done) toast({ kind: "success", title: done });
      onDone?.(result);
    },
    onError: (error) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
  });
}
