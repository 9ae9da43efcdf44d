import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { models } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { ModelList } from "../../api/modelTypes";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";

const isBusy = (data: ModelList | undefined) => data?.jobs.some(({ status }) => status === "queued" || status === "running");

/** The models; looked at often while something is being done with one, so that progress moves. */
export const useModels = () =>
  useQuery({
    queryKey: keys.models,
    queryFn: models.list,
    refetchInterval: ({ state }) => (isBusy(state.data) ? 1_000 : 15_000),
  });

/** Something done with the models: the list is read again, and what went wrong is said. */
export function useModelWork<T>(work: (value: T) => Promise<unknown>, done?: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const textOf = useErrorText();
  return useMutation({
    mutationFn: work,
    onSuccess: () => done && toast({ kind: "success", title: done }),
    onError: (error) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.models }),
  });
}
