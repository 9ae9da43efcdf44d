import { useTranslation } from "react-i18next";
import type { SummaryFacts } from "../../api/workTypes";

const KINDS = ["supported", "extracted", "unchecked"] as const;

/** Whose words the sentences are, and whether they were compared with the text. */
export function MadeOf({ facts }: { facts: SummaryFacts }) {
  const { t } = useTranslation();
  const counted = KINDS.map((kind) => ({ kind, count: facts.sentences[kind] ?? 0 })).filter(({ count }) => count > 0);
  if (counted.length === 0) return null;
  const how = facts.parts > 1 ? t("summaries.inParts", { count: facts.parts }) : t("summaries.whole");
  return (
    <p className="answer__note">
      {facts.fallback && `${t("summaries.fallback")} `}
      {[how, ...counted.map(({ kind, count }) => t(`summaries.sentences.${kind}`, { count }))].join(" · ")}
    </p>
  );
}
