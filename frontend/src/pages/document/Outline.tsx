import { ContentSwitcher, Switch } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Passage } from "../../api/types";
import { usePlaceLabel } from "../../shared/usePlaceLabel";
import type { Block } from "../../shared/text/blocks";

interface Props {
  text: string;
  blocks: Block[];
  passages: Passage[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

function go(id: string): void {
  document.getElementById(id)?.scrollIntoView({ block: "start", behavior: "smooth" });
}

/** Headings, and pages where there are any, in the order of the text. */
function Contents({ text, blocks }: Pick<Props, "text" | "blocks">) {
  const { t } = useTranslation();
  const entries = blocks.flatMap((block) => [
    ...(block.page === undefined
      ? []
      : [{ id: `page-${block.page}`, label: t("documents.page", { page: block.page }), level: 0 }]),
    ...(block.kind === "heading"
      ? [{ id: `at-${block.start}`, label: text.slice(block.start, block.end), level: block.level ?? 1 }]
      : []),
  ]);
  if (entries.length === 0) return <p className="outline__none">{t("documents.noOutline")}</p>;
  return (
    <ul className="outline__list">
      {entries.map(({ id, label, level }) => (
        <li key={id}>
          <button type="button" className={`outline__entry outline__entry--${Math.min(level, 4)}`} onClick={() => go(id)}>
            {label}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Passages({ passages, chosen, onChoose }: Pick<Props, "passages" | "chosen" | "onChoose">) {
  const { t } = useTranslation();
  const placeOf = usePlaceLabel();
  return (
    <ol className="outline__list">
      {passages.map((passage, index) => (
        <li key={passage.id}>
          <button type="button" className="outline__passage" aria-pressed={passage.id === chosen} onClick={() => onChoose(passage.id)}>
            <span className="outline__number">
              {[t("documents.passageNumber", { number: index + 1 }), placeOf(passage.location)].filter(Boolean).join(" · ")}
            </span>
            <span className="outline__words">{passage.text}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

export function Outline({ text, blocks, passages, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<"contents" | "passages">("contents");
  return (
    <nav className="outline" aria-label={t("documents.outline")}>
      <ContentSwitcher size="sm" selectedIndex={shown === "contents" ? 0 : 1} aria-label={t("documents.outline")} onChange={({ name }) => setShown(name as typeof shown)}>
        <Switch name="contents" text={t("documents.contents")} />
        <Switch name="passages" text={t("documents.passages")} />
      </ContentSwitcher>
      {shown === "contents" ? (
        <Contents text={text} blocks={blocks} />
      ) : (
        <Passages passages={passages} chosen={chosen} onChoose={onChoose} />
      )}
    </nav>
  );
}
