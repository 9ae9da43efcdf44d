import Checkmark from "@carbon/icons-react/es/Checkmark.js";
import Copy from "@carbon/icons-react/es/Copy.js";
import { IconButton } from "@carbon/react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { copyText } from "./copy";

/** Copies, and says so where the eye already is. */
export function CopyIcon({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton kind="ghost" size="sm" label={copied ? t("common.copied") : label} onClick={() => void copyText(text).then(() => setCopied(true))}>
      {copied ? <Checkmark /> : <Copy />}
    </IconButton>
  );
}
