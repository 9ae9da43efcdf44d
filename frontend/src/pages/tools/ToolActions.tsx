import Login from "@carbon/icons-react/es/Login.js";
import { Button, OverflowMenu, OverflowMenuItem } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { keys } from "../../api/keys";
import { tools } from "../../api/tools";
import type { Tool } from "../../api/toolTypes";
import { ConfirmDialog } from "../../shared/dialog/ConfirmDialog";
import { useChange } from "../../shared/useChange";

/** Sign in to its service, read its operations again, delete it. */
export function ToolActions({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const { slug, name } = tool;
  const refresh = useChange(() => tools.refresh(slug), { stale: keys.tools, done: t("tools.refreshed") });
  const removal = useChange(() => tools.remove(slug), { stale: keys.tools, done: t("tools.deleted"), onDone: () => void navigate("/administration/tools") });
  // The service's own page takes over, and sends back here.
  const signIn = useChange(() => tools.signIn(slug), { stale: keys.tools, onDone: ({ url }) => window.location.assign(url) });
  if (tool.kind === "builtin") return null;
  return (
    <>
      <OverflowMenu flipped iconDescription={t("endpoints.actionsFor", { name })} aria-label={t("endpoints.actionsFor", { name })}>
        <OverflowMenuItem itemText={t("tools.refresh")} disabled={refresh.isPending} onClick={() => refresh.mutate(undefined)} />
        <OverflowMenuItem itemText={t("common.delete")} isDelete hasDivider onClick={() => setDeleting(true)} />
      </OverflowMenu>
      {tool.settings.sign_in === "oauth" && (
        <Button kind="tertiary" renderIcon={Login} disabled={signIn.isPending} onClick={() => signIn.mutate(undefined)}>
          {t("tools.signIn")}
        </Button>
      )}
      {deleting && (
        <ConfirmDialog title={t("endpoints.deleteTitle", { name })} action={t("common.delete")} busy={removal.isPending} onConfirm={() => removal.mutate(undefined)} onClose={() => setDeleting(false)}>
          <p>{t("tools.deleteText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
