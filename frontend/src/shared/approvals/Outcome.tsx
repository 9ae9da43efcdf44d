import { useTranslation } from "react-i18next";
import type { Approval, Decision } from "../../api/agentTypes";

function Line({ decision }: { decision: Decision }) {
  const { t } = useTranslation();
  const { person, note, scope } = decision;
  const key = decision.decision === "reject" ? "approvals.refusedBy" : scope === "conversation" ? "approvals.grantedBy" : "approvals.allowedBy";
  return (
    <li>
      {t(key, { name: person.name })}
      {note && <q className="approval__note">{note}</q>}
    </li>
  );
}

interface Props {
  approval: Approval;
  expired: boolean;
  decidedByMe: boolean;
}

/** What was decided so far, and what is still lacking. */
export function Outcome({ approval, expired, decidedByMe }: Props) {
  const { t } = useTranslation();
  const waiting = approval.status === "pending" && decidedByMe && !expired;
  return (
    <div className="approval__outcome" role="status">
      {approval.decisions.length > 0 && (
        <ul>
          {approval.decisions.map((decision) => (
            <Line key={decision.person.id} decision={decision} />
          ))}
        </ul>
      )}
      {expired && <p>{t("approvals.expired")}</p>}
      {waiting && <p>{t("approvals.waitsForAnother")}</p>}
    </div>
  );
}
