import WarningAlt from "@carbon/icons-react/es/WarningAlt.js";
import { Tag } from "@carbon/react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Approval, DecidedAnswer, DecisionBody } from "../../api/agentTypes";
import { useMe } from "../../api/useMe";
import { useFormat } from "../format";
import { PlainValue } from "../values/PlainValue";
import { Decide } from "./Decide";
import { Outcome } from "./Outcome";
import { useExpired } from "./useExpired";

interface Props {
  approval: Approval;
  decide: (body: DecisionBody) => Promise<DecidedAnswer>;
  /** Who asked is named where it may be somebody else. */
  showAsker?: boolean;
}

/** What exactly is to be done: these very arguments, each by the name that its description gives it. */
function Arguments({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  if (approval.arguments.length === 0) return <p className="muted">{t("approvals.noArguments")}</p>;
  return (
    <dl className="facts plain__fields">
      {approval.arguments.map(({ name, label, value }) => (
        <div key={name} className="facts__pair">
          <dt title={name}>{label || name}</dt>
          <dd>
            <PlainValue value={value} nested />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Why a person is asked, and which addresses are meant. */
function Reason({ approval }: { approval: Approval }) {
  return (
    <div className={`approval__reason approval__reason--${approval.why}`}>
      {approval.why !== "policy" && <WarningAlt aria-hidden="true" />}
      <div>
        <p>{approval.reason}</p>
        {approval.details.length > 0 && (
          <ul className="mono">
            {approval.details.map((detail) => (
              <li key={detail}>{detail}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

/** A call that waits for people: what it is, why they are asked, and their decision. */
export function ApprovalCard({ approval, decide, showAsker = false }: Props) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const { data: me } = useMe();
  const heading = useId();
  const expired = useExpired(approval);
  const decidedByMe = approval.decisions.some(({ person }) => person.id === me?.id);
  const open = approval.status === "pending" && !expired;
  return (
    <section className="approval" aria-labelledby={heading}>
      <header className="approval__head">
        <h3 id={heading}>{t("approvals.asks", { title: approval.title || approval.function })}</h3>
        <Tag type={approval.writes ? "magenta" : "gray"} size="sm">
          {t(approval.writes ? "approvals.changes" : "approvals.reads")}
        </Tag>
      </header>
      <p className="muted">
        {showAsker ? t("approvals.byFor", { tool: approval.tool, name: approval.asked_by.name }) : t("approvals.by", { tool: approval.tool })}
      </p>
      <Arguments approval={approval} />
      {approval.effect && (
        <details className="plain__fold">
          <summary>{t("approvals.effect")}</summary>
          <p className="plain__text">{approval.effect}</p>
        </details>
      )}
      <Reason approval={approval} />
      {approval.needed > 1 && <p>{t("approvals.fourEyes")}</p>}
      <Outcome approval={approval} expired={expired} decidedByMe={decidedByMe} />
      {open && <p className="muted">{t("approvals.until", { time: time(approval.expires_at) })}</p>}
      {open && !decidedByMe && <Decide approval={approval} decide={decide} />}
    </section>
  );
}
