import { Modal, TextInput } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  title: string;
  label: string;
  initial?: string;
  action?: string;
  error?: string;
  busy?: boolean;
  onSubmit: (value: string) => void;
  onClose: () => void;
}

/** Asks for one line of text. Mount it to open it. */
export function TextDialog({ title, label, initial = "", action, error, busy = false, onSubmit, onClose }: Props) {
  const { t } = useTranslation();
  const [value, setValue] = useState(initial);
  const ready = value.trim() !== "" && !busy;
  const submit = () => ready && onSubmit(value.trim());
  return (
    <Modal
      open
      size="sm"
      modalHeading={title}
      primaryButtonText={action ?? t("common.save")}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={!ready}
      shouldSubmitOnEnter
      selectorPrimaryFocus="#text-dialog"
      onRequestSubmit={submit}
      onRequestClose={onClose}
    >
      <TextInput
        id="text-dialog"
        labelText={label}
        value={value}
        invalid={Boolean(error)}
        invalidText={error}
        maxLength={200}
        onChange={(event) => setValue(event.target.value)}
      />
    </Modal>
  );
}
