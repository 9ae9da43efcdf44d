import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { assistants } from "../../api/agents";
import type { Assistant } from "../../api/agentTypes";
import { keys } from "../../api/keys";
import { ApiError } from "../../api/problem";
import { useToast } from "../../shared/toast/context";
import { changedBody, newBody, type Fields } from "./form";

interface Wish {
  fields: Fields;
  edits: Partial<Fields>;
  publish: boolean;
}

/** Saves the form as a new version, which answers at once or stays a draft. Where somebody else saved one that was not
 * seen here it is refused once, and theirs is loaded. */
export function useSave(assistant: Assistant | undefined, onSaved: (sent: Partial<Fields>) => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ fields, edits, publish }: Wish) => {
      if (!assistant) return assistants.create({ ...newBody(fields), publish });
      return assistants.change(assistant.slug, { ...changedBody(fields, edits), publish, base: assistant.newest });
    },
    onError: (error) => error instanceof ApiError && error.status === 409 && client.invalidateQueries({ queryKey: keys.assistants }),
    onSuccess: async (saved, { edits, publish }) => {
      toast({ kind: "success", title: t(publish ? "assistants.published" : "assistants.saved") });
      await client.invalidateQueries({ queryKey: keys.assistants });
      onSaved(edits);
      if (!assistant) void navigate(`/assistants/${saved.slug}`, { replace: true });
    },
  });
}
