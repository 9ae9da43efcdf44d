import { useTranslation } from "react-i18next";
import type { Citation } from "../../api/types";
import { usePlaceLabel } from "../../shared/usePlaceLabel";
import { markerOf } from "./AnswerText";

interface Props {
  citations: Citation[];
  onCite: (citation: Citation) => void;
}

/** The list under an answer: which documents it rests on, and where in them. */
export function Sources({ citations, onCite }: Props) {
  const { t } = useTranslation();
  const placeOf = usePlaceLabel();
  return (
    <section className="sources" aria-label={t("chat.sources")}>
      <h3>{t("chat.sources")}</h3>
      <ol>
        {citations.map((citation) => (
          <li key={markerOf(citation)}>
            {!citation.withheld ? (
              <button type="button" className="source" onClick={() => onCite(citation)}>
                <span className="source__marker">{markerOf(citation)}</span>
                <span className="source__words">
                  <span className="source__title">{citation.title}</span>
                  <span className="source__place">{placeOf(citation.location)}</span>
                </span>
              </button>
            ) : (
              <span className="source source--withheld">
                <span className="source__marker">{markerOf(citation)}</span>
                <span className="source__words">{t("chat.withheld")}</span>
              </span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
