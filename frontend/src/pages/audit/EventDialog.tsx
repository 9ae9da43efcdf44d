import { Modal } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { AuditEvent } from "../../api/auditTypes";
import { useActionName } from "./actions";
import { useFormat } from "../../shared/format";

function Facts({ facts }: { facts: AuditEvent["facts"] }) {
  const { t } = useTranslation();
  if (Object.keys(facts).length === 0) return <p className="muted">{t("audit.noFacts")}</p>;
  return <pre className="audit-facts">{JSON.stringify(facts, null, 2)}</pre>;
}

export function EventDialog({ event, onClose }: { event: AuditEvent; onClose: () => void }) {
  const { t } = useTranslation();
  const { exactTime } = useFormat();
  const nameOf = useActionName();
  const lines = [
    [t("audit.time"), exactTime(event.time)],
    [t("audit.actor"), event.actor?.email ?? t("audit.system")],
    [t("audit.action"), `${nameOf(event.action)} (${event.action})`],
    [t("audit.object"), event.object ? `${event.object.label} (${event.object.type})` : "–"],
    [t("audit.ip"), event.ip ?? "–"],
  ];
  return (
    <Modal open passiveModal size="md" modalHeading={t("audit.entry", { id: event.id })} closeButtonLabel={t("common.close")} hasScrollingContent selectorPrimaryFocus=".cds--modal-content" onRequestClose={onClose}>
      <div className="stack">
        <dl className="facts">
          {lines.map(([name, value]) => (
            <div key={name} className="facts__pair">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          <div className="facts__pair">
            <dt>{t("audit.hash")}</dt>
            <dd className="mono">{event.hash}</dd>
          </div>
          <div className="facts__pair">
            <dt>{t("audit.previousHash")}</dt>
            <dd className="mono">{event.previous_hash}</dd>
          </div>
        </dl>
        <h3 className="audit-heading">{t("audit.facts")}</h3>
        <Facts facts={event.facts} />
      </div>
    </Modal>
  );
}
