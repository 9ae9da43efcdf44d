import { useTranslation } from "react-i18next";

/** What a thinking model says to itself: for those who want to know, and no part of the answer. */
export function Thoughts({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <details className="thoughts">
      <summary>{t("chat.thoughts")}</summary>
      <p>{text}</p>
    </details>
  );
}
