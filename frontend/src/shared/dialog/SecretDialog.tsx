import { Modal } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { CopyIcon } from "../CopyIcon";

interface Props {
  title: string;
  text: string;
  secret: string;
  copyLabel: string;
  onClose: () => void;
}

/** Shows something that will never be shown again. */
export function SecretDialog({ title, text, secret, copyLabel, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal open passiveModal size="sm" modalHeading={title} closeButtonLabel={t("common.close")} onRequestClose={onClose}>
      <p>{text}</p>
      <div className="secret">
        <code>{secret}</code>
        <CopyIcon text={secret} label={copyLabel} />
      </div>
    </Modal>
  );
}
