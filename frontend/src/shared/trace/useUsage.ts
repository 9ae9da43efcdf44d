import { useTranslation } from "react-i18next";
import type { Usage } from "../../api/types";
import { useFormat } from "../format";

/** What an answer took, in words: tokens, and what they cost where the model has a price. */
export function useUsage(): (usage: Usage) => string {
  const { t } = useTranslation();
  const { number, price } = useFormat();
  return ({ prompt_tokens, completion_tokens, cost }) => {
    const tokens = t("trace.tokens", { read: number(prompt_tokens), written: number(completion_tokens) });
    return cost === undefined ? tokens : `${tokens} · ${t("trace.cost", { cost: price(cost) })}`;
  };
}
