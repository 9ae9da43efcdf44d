import { memo, type ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import type { Citation } from "../../api/types";
import { citeMarkers } from "./citeMarkers";

interface Props {
  text: string;
  citations: Citation[];
  onCite: (citation: Citation) => void;
}

export const markerOf = (citation: Citation) => String(citation.marker).replace(/\D/g, "");

function SafeLink({ href, children }: ComponentProps<"a">) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

interface CiteProps {
  citation: Citation | undefined;
  marker: string;
  onCite: Props["onCite"];
}

function Cite({ citation, marker, onCite }: CiteProps) {
  const { t } = useTranslation();
  if (!citation || citation.withheld) return <span className="cite cite--waiting">{marker}</span>;
  const label = t("chat.source", { marker, title: citation.title });
  return (
    <button type="button" className="cite" aria-label={label} title={citation.title} onClick={() => onCite(citation)}>
      {marker}
    </button>
  );
}

/** The answer's Markdown. Raw HTML is not rendered, and pictures are not loaded: an answer is only ever words. */
export const AnswerText = memo(function AnswerText({ text, citations, onCite }: Props) {
  const components: Components = {
    a: SafeLink,
    cite: ({ node }) => {
      const marker = String(node?.properties.dataMarker);
      return <Cite marker={marker} citation={citations.find((each) => markerOf(each) === marker)} onCite={onCite} />;
    },
    table: ({ children }) => (
      <div className="answer__table">
        <table>{children}</table>
      </div>
    ),
  };
  return (
    <div className="answer__text">
      <Markdown remarkPlugins={[remarkGfm]} rehypePlugins={[citeMarkers]} disallowedElements={["img"]} components={components}>
        {text}
      </Markdown>
    </div>
  );
});
