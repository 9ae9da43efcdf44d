import { useTranslation } from "react-i18next";
import { SecretDialog } from "../../shared/dialog/SecretDialog";

export interface ShownPassword {
  name: string;
  password: string;
}

export function PasswordDialog({ shown, onClose }: { shown: ShownPassword; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <SecretDialog
      title={t("people.passwordTitle", { name: shown.name })}
      text={t("people.passwordText")}
      secret={shown.password}
      copyLabel={t("people.passwordCopy")}
      onClose={onClose}
    />
  );
}
