import { useTranslation } from "react-i18next";
import { useMe } from "../../api/useMe";
import { PageHeader } from "../../shared/PageHeader";
import { ApiKeys } from "./ApiKeys";
import { PasswordForm } from "./PasswordForm";
import { ProfileForm } from "./ProfileForm";

export function Component() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  return (
    <div className="page page--narrow account">
      <PageHeader title={t("account.title")} />
      {me && <ProfileForm me={me} />}
      <PasswordForm />
      <ApiKeys />
    </div>
  );
}
