import { Button, TextArea } from "@carbon/react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Approval, DecidedAnswer, DecisionBody } from "../../api/agentTypes";
import { keys } from "../../api/keys";
import { useChange } from "../useChange";

interface Props {
  approval: Approval;
  decide: (body: DecisionBody) => Promise<DecidedAnswer>;
}

/** Allow once, allow for this conversation, or refuse and say why. */
export function Decide({ approval, decide }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [refusing, setRefusing] = useState(false);
  const [note, setNote] = useState("");
  const deciding = useChange(decide, { stale: keys.approvals });
  // Its own card is gone or changed with the next look at the run; until then nobody decides twice.
  const busy = deciding.isPending || deciding.isSuccess;
  if (refusing)
    return (
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) deciding.mutate({ decision: "reject", note: note.trim() });
        }}
      >
        <TextArea id={id} labelText={t("approvals.note")} helperText={t("approvals.noteHelp")} rows={2} maxLength={2_000} value={note} onChange={(event) => setNote(event.target.value)} />
        <div className="approval__buttons">
          <Button type="submit" kind="danger" size="sm" disabled={busy}>
            {t("approvals.refuse")}
          </Button>
          <Button type="button" kind="ghost" size="sm" onClick={() => setRefusing(false)}>
            {t("common.cancel")}
          </Button>
        </div>
      </form>
    );
  return (
    <div className="approval__buttons">
      <Button size="sm" disabled={busy} onClick={() => deciding.mutate({ decision: "approve", scope: "once" })}>
        {t("approvals.once")}
      </Button>
      {approval.scopes.includes("conversation") && (
        <Button kind="tertiary" size="sm" disabled={busy} onClick={() => deciding.mutate({ decision: "approve", scope: "conversation" })}>
          {t("approvals.conversation")}
        </Button>
      )}
      <Button kind="danger--ghost" size="sm" disabled={busy} onClick={() => setRefusing(true)}>
        {t("approvals.refuseWith")}
      </Button>
    </div>
  );
}
