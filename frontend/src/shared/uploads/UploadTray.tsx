import CheckmarkFilled from "@carbon/icons-react/es/CheckmarkFilled.js";
import Close from "@carbon/icons-react/es/Close.js";
import WarningFilled from "@carbon/icons-react/es/WarningFilled.js";
import { Button, IconButton, ProgressBar } from "@carbon/react";
import { useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useErrorText } from "../useErrorText";
import { type Upload, uploads } from "./store";

function useLabel(upload: Upload): string {
  const { t } = useTranslation();
  const textOf = useErrorText();
  switch (upload.state) {
    case "waiting":
      return t("documents.uploadWaiting");
    case "sending":
      return t("documents.uploading", { percent: Math.round(upload.progress * 100) });
    case "failed":
      return textOf(upload.error);
    case "same":
      return t("documents.uploadSame");
    case "done":
      return t("documents.uploadDone");
  }
}

function Row({ upload }: { upload: Upload }) {
  const { t } = useTranslation();
  const label = useLabel(upload);
  const active = upload.state === "waiting" || upload.state === "sending";
  return (
    <li className="upload-tray__row">
      <div className="upload-tray__words">
        <span className="upload-tray__name" title={upload.name}>
          {upload.name}
        </span>
        {active ? (
          <ProgressBar size="small" label={upload.name} hideLabel helperText={label} value={upload.progress * 100} />
        ) : (
          <span className={`upload-tray__state upload-tray__state--${upload.state}`}>{label}</span>
        )}
      </div>
      {active && (
        <IconButton kind="ghost" size="sm" align="left" label={t("documents.uploadCancel", { name: upload.name })} onClick={() => uploads.cancel(upload.key)}>
          <Close />
        </IconButton>
      )}
      {upload.state === "failed" && <WarningFilled className="upload-tray__bad" aria-hidden="true" />}
      {(upload.state === "done" || upload.state === "same") && (
        <CheckmarkFilled className="upload-tray__good" aria-hidden="true" />
      )}
    </li>
  );
}

/** Leaving the site would end an upload: the browser asks first. */
function useLeaveWarning(active: boolean): void {
  useEffect(() => {
    if (!active) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [active]);
}

/** Files on their way to the server, on whatever page you are meanwhile. */
export function UploadTray() {
  const { t } = useTranslation();
  const items = useSyncExternalStore(uploads.subscribe, uploads.current);
  const active = items.some((upload) => upload.state === "waiting" || upload.state === "sending");
  useLeaveWarning(active);
  if (items.length === 0) return null;
  return (
    <section className="upload-tray" aria-label={t("documents.uploads")}>
      <header className="upload-tray__head">
        <h2>{t("documents.uploads")}</h2>
        <Button kind="ghost" size="sm" onClick={uploads.clear}>
          {t("documents.uploadsClear")}
        </Button>
      </header>
      <ul aria-live="polite">
        {items.map((upload) => (
          <Row key={upload.key} upload={upload} />
        ))}
      </ul>
    </section>
  );
}
