import { useTranslation } from "react-i18next";
import { lineChanges, type Line } from "./lines";

function Changed({ line: { kind, text } }: { line: Line }) {
  const { t } = useTranslation();
  if (kind === "same") return <p className="difference__same">{text}</p>;
  const Tag = kind === "removed" ? "del" : "ins";
  return (
    <p className={kind === "removed" ? "difference__before" : "difference__after"}>
      <span className="visually-hidden">{t(kind === "removed" ? "assistants.removed" : "assistants.added")}</span>
      <Tag>{text || "\u00a0"}</Tag>
    </p>
  );
}

/** A text before and after, line by line. */
export function TextChange({ before, after }: { before: string; after: string }) {
  return (
    <div className="difference__text">
      {lineChanges(before, after).map((line, index) => (
        <Changed key={index} line={line} />
      ))}
    </div>
  );
}
