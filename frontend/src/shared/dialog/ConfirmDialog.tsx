import { Modal } from "@carbon/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  title: string;
  children?: ReactNode;
  action: string;
  danger?: boolean;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be undone. Mount it to open it. */
export function ConfirmDialog({ title, children, action, danger = true, busy = false, onConfirm, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      open
      size="sm"
      danger={danger}
      alert
      modalHeading={title}
      primaryButtonText={action}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={busy}
      onRequestSubmit={onConfirm}
      onRequestClose={onClose}
    >
      {children}
    </Modal>
  );
}
