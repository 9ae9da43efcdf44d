import { Breadcrumb, BreadcrumbItem, RadioButton, RadioButtonGroup } from "@carbon/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { keys } from "../../api/keys";
import { tools } from "../../api/tools";
import { PageHeader } from "../../shared/PageHeader";
import { emptyFields, newBody, type Fields } from "./form";
import { ToolForm } from "./ToolForm";

const KINDS = ["openapi", "mcp", "sql"] as const;

/** A new tool: its document, server or database is read, then its operations are chosen and it is switched on. */
export function Component() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [fields, setFields] = useState<Fields>(emptyFields);
  const saving = useMutation({
    mutationFn: (sent: Fields) => tools.create(newBody(sent)),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: keys.tools });
      void navigate(`/administration/tools/${made.slug}`, { replace: true });
    },
  });
  const choose = (kind: Fields["kind"]) => {
    saving.reset();
    setFields({ ...emptyFields, name: fields.name, description: fields.description, kind });
  };
  return (
    <div className="page page--narrow">
      <Breadcrumb noTrailingSlash>
        <BreadcrumbItem>
          <Link to="/administration/tools">{t("tools.title")}</Link>
        </BreadcrumbItem>
      </Breadcrumb>
      <PageHeader title={t("tools.new")} lead={t("tools.newLead")} />
      <div className="stack">
        <RadioButtonGroup className="tool-choice" name="tool-kind" legendText={t("tools.kind")} valueSelected={fields.kind} onChange={(value) => choose(value as Fields["kind"])}>
          {KINDS.map((kind) => (
            <RadioButton key={kind} id={`tool-kind-${kind}`} value={kind} labelText={t(`tools.kinds.${kind}`)} />
          ))}
        </RadioButtonGroup>
        <ToolForm key={fields.kind} fields={fields} saving={saving} action={t("tools.add")} onChange={(changes) => setFields((now) => ({ ...now, ...changes }))} />
      </div>
    </div>
  );
}
