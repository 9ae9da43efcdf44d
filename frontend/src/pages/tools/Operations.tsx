import { Button, Checkbox, Search, Tag } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "../../api/keys";
import { tools } from "../../api/tools";
import type { Operation, Tool } from "../../api/toolTypes";
import { useChange } from "../../shared/useChange";
import { OperationDialog } from "./OperationDialog";
import { TryDialog } from "./TryDialog";

const MANY = 10;

function Tags({ operation }: { operation: Operation }) {
  const { t } = useTranslation();
  const { writes, needs_approval: needs, four_eyes: fourEyes } = operation;
  return (
    <>
      <Tag size="sm" type={writes ? "magenta" : "gray"}>{t(writes ? "approvals.changes" : "approvals.reads")}</Tag>
      {needs !== "never" && <Tag size="sm" type="blue">{t(needs === "rule" ? "tools.asksByRule" : "tools.asksAlways")}</Tag>}
      {needs !== "never" && fourEyes && <Tag size="sm" type="purple">{t("tools.fourEyesTag")}</Tag>}
    </>
  );
}

interface RowProps {
  tool: Tool;
  operation: Operation;
  onOpen: (what: "edit" | "try") => void;
}

function Row({ tool, operation, onOpen }: RowProps) {
  const { t } = useTranslation();
  const name = operation.title || operation.name;
  const toggle = useChange((enabled: boolean) => tools.changeOperation(tool.slug, operation.name, { enabled }), { stale: keys.tools });
  // As it was just set, until the server's word is here.
  const enabled = toggle.isPending ? toggle.variables : operation.enabled;
  return (
    <li className="operation">
      <div className="operation__words">
        <Checkbox id={`operation-${operation.id}`} labelText={name} checked={enabled} disabled={toggle.isPending} onChange={(_, { checked }) => toggle.mutate(checked)} />
        <p className="muted operation__text">{operation.description}</p>
        <p>
          <span className="mono muted">{operation.function}</span> <Tags operation={operation} />
        </p>
      </div>
      <div className="operation__actions">
        <Button kind="ghost" size="sm" onClick={() => onOpen("edit")} aria-label={t("tools.rulesFor", { name })}>
          {t("tools.rules")}
        </Button>
        <Button kind="ghost" size="sm" disabled={operation.four_eyes} onClick={() => onOpen("try")} aria-label={t("tools.tryOne", { name })}>
          {t("tools.try")}
        </Button>
      </div>
    </li>
  );
}

/** What the tool can do; what is not ticked no assistant may call. */
export function Operations({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState("");
  const [open, setOpen] = useState<{ what: "edit" | "try"; id: string } | null>(null);
  const wanted = filter.trim().toLowerCase();
  const shown = tool.operations.filter(({ name, title, description }) => `${name} ${title} ${description}`.toLowerCase().includes(wanted));
  const opened = tool.operations.find(({ id }) => id === open?.id);
  return (
    <section aria-labelledby="operations" className="form-section">
      <h2 id="operations">{t("tools.operations")}</h2>
      <p className="muted">{t("tools.operationsLead")}</p>
      {tool.operations.length > MANY && <Search id="operations-filter" size="md" labelText={t("tools.filter")} placeholder={t("tools.filter")} closeButtonLabelText={t("common.clear")} value={filter} onChange={({ target }) => setFilter(target.value)} />}
      <ul className="operations">
        {shown.map((operation) => (
          <Row key={operation.id} tool={tool} operation={operation} onOpen={(what) => setOpen({ what, id: operation.id })} />
        ))}
      </ul>
      {opened && open?.what === "edit" && <OperationDialog tool={tool} operation={opened} onClose={() => setOpen(null)} />}
      {opened && open?.what === "try" && <TryDialog tool={tool} operation={opened} onClose={() => setOpen(null)} />}
    </section>
  );
}
