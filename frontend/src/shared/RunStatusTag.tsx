import { Tag } from "@carbon/react";
import { useTranslation } from "react-i18next";
import type { RunStatus } from "../api/types";

const COLOURS = { queued: "gray", running: "blue", awaiting_approval: "purple", completed: "green", failed: "red", cancelled: "gray" } as const;

/** How a run stands. */
export function RunStatusTag({ status }: { status: RunStatus }) {
  const { t } = useTranslation();
  return (
    <Tag size="sm" type={COLOURS[status]}>
      {t(`runs.status.${status}`)}
    </Tag>
  );
}
