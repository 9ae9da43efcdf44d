import { Modal } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { Schedule } from "../../api/workTypes";
import { CopyIcon } from "../../shared/CopyIcon";

/** Address and keys that will never be shown again. */
export function OnceDialog({ schedule, onClose }: { schedule: Schedule; onClose: () => void }) {
  const { t } = useTranslation();
  const lines = [
    [t("schedules.hook"), schedule.hook],
    [t("schedules.hookSecret"), schedule.hook_secret],
    [t("schedules.webhookSecret"), schedule.webhook_secret],
  ].filter((line): line is [string, string] => Boolean(line[1]));
  return (
    <Modal open passiveModal size="sm" modalHeading={t("schedules.once")} closeButtonLabel={t("common.close")} onRequestClose={onClose}>
      <p>{t("account.keyText")}</p>
      {lines.map(([label, value]) => (
        <div key={label}>
          <p className="cds--label">{label}</p>
          <div className="secret">
            <code>{value}</code>
            <CopyIcon text={value} label={`${t("schedules.copy")}: ${label}`} />
          </div>
        </div>
      ))}
    </Modal>
  );
}
