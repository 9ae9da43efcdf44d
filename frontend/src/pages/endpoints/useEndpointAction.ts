import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { keys } from "../../api/keys";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";

/** Changes something about endpoints, shows what came of it, and says so where it fails. */
export function useEndpointAction<T>(change: (value: T) => Promise<unknown>, done?: string, onDone?: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const textOf = useErrorText();
  return useMutation({
    mutationFn: change,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.endpoints });
      if (done) toast({ kind: "success", title: done });
      onDone?.();
    },
    onError: (error) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
  });
}
