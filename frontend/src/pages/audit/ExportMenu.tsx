import { MenuButton, MenuItem } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { withQuery } from "../../api/client";
import { audit, type AuditFilter } from "../../api/endpoints";

/** The browser itself fetches the file: an export may be larger than a page should hold. */
function download(filter: AuditFilter, format: string): void {
  window.location.assign(withQuery(audit.exportPath, { ...filter, format }));
}

export function ExportMenu({ filter }: { filter: AuditFilter }) {
  const { t } = useTranslation();
  return (
    <MenuButton label={t("audit.export")} kind="tertiary" menuAlignment="bottom-end">
      <MenuItem label={t("audit.exportJsonl")} onClick={() => download(filter, "jsonl")} />
      <MenuItem label={t("audit.exportCsv")} onClick={() => download(filter, "csv")} />
      <MenuItem label={t("audit.exportOcsf")} onClick={() => download(filter, "ocsf")} />
    </MenuButton>
  );
}
