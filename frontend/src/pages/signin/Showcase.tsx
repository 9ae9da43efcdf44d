import Checkmark from "@carbon/icons-react/es/Checkmark.js";
import { useTranslation } from "react-i18next";
import { Mark } from "../../shared/Mark";

/** The left half of the sign-in page: what this is, in three promises. */
export function Showcase() {
  const { t } = useTranslation();
  const points = [t("signIn.pointLocal"), t("signIn.pointCited"), t("signIn.pointAccess")];
  return (
    <aside className="showcase" aria-label={t("app.name")}>
      <div className="showcase__strata" aria-hidden="true">
        {Array.from({ length: 7 }, (_, layer) => (
          <span key={layer} />
        ))}
      </div>
      <div className="showcase__brand">
        <Mark size={36} />
        <span>{t("app.name")}</span>
      </div>
      <div className="showcase__words">
        <p className="showcase__lead">{t("signIn.lead")}</p>
        <ul className="showcase__points">
          {points.map((point) => (
            <li key={point}>
              <Checkmark aria-hidden="true" /> {point}
            </li>
          ))}
        </ul>
      </div>
    </aside>
  );
}
