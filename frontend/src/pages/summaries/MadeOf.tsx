import { useTranslation } from "react-i18next";
import type { SummaryFacts } from "../../api/workTypes";

const KINDS = ["supported", "extracted", "unchecked"] as const;

/** Whose words the sentences are, and whether they were compared with the text. */
export function MadeOf({ facts }: { facts: SummaryFacts }) {
  const { t } = useTranslation();
  const counted = KINDS.map((kind) => ({ kind, count: facts.sentences[kind] ?? 0 })).filter(({ count }) => count > 0);
  if (counted.length === 0) return null;
  return (
    <p className="answer__note">
      {facts.fallback && `${t("summaries.fallback")} `}
      {[t("summaries.read", { count: facts.parts }), ...counted.map(({ kind, count }) => t(`summaries.sentences.${kind}`, { count }))].join(" · ")}
    </p>
  );
}
