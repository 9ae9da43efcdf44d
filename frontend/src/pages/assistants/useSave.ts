import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { assistants } from "../../api/agents";
import type { Assistant } from "../../api/agentTypes";
import { keys } from "../../api/keys";
import { useToast } from "../../shared/toast/context";
import { bodyOf, type Fields } from "./form";

interface Wish {
  fields: Fields;
  publish: boolean;
}

/** Saves the form as a new version, which answers at once or stays a draft. */
export function useSave(assistant?: Assistant) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ fields, publish }: Wish) => {
      const body = { ...bodyOf(fields, assistant?.can_delete ?? true), publish };
      if (!assistant) return assistants.create({ ...body, slug: fields.slug, name: fields.name.trim() });
      return assistants.change(assistant.slug, { ...body, base: assistant.newest });
    },
    onSuccess: async (saved, { publish }) => {
      toast({ kind: "success", title: t(publish ? "assistants.published" : "assistants.saved") });
      await client.invalidateQueries({ queryKey: keys.assistants });
      if (!assistant) void navigate(`/assistants/${saved.slug}`, { replace: true });
    },
  });
}
