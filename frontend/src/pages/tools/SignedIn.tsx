import { InlineNotification } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { keys } from "../../api/keys";
import { tools } from "../../api/tools";

const BACK = "signed-in";

/** What came of a sign-in, where the service behind the tool has just sent its administrator back. */
export function SignedIn({ slug }: { slug: string }) {
  const { t } = useTranslation();
  const [query, setQuery] = useSearchParams();
  const back = query.has(BACK);
  const { data } = useQuery({ queryKey: [...keys.tool(slug), BACK], queryFn: () => tools.signedIn(slug), enabled: back, retry: false });
  if (!back || !data) return null;
  return (
    <InlineNotification
      className="banner"
      lowContrast
      kind={data.ok ? "success" : "error"}
      role={data.ok ? "status" : "alert"}
      title={t(data.ok ? "tools.signedIn" : "tools.notSignedIn")}
      subtitle={data.detail}
      aria-label={t("common.dismiss")}
      onClose={() => {
        setQuery({}, { replace: true });
        return false;
      }}
    />
  );
}
