import { Checkbox, Tag } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { allPages } from "../../../api/allPages";
import { keys } from "../../../api/keys";
import { tools as toolsApi } from "../../../api/tools";
import type { UsableTool } from "../../../api/toolTypes";
import { ErrorState } from "../../../shared/ErrorState";
import { toggled } from "../form";
import type { SectionProps } from "./Section";

interface Props {
  tool: UsableTool;
  chosen: string[];
  onChange: (tools: string[]) => void;
}

function Operations({ tool, chosen, onChange }: Props) {
  const { t } = useTranslation();
  const whole = chosen.includes(tool.slug);
  return (
    <details className="plain__fold">
      <summary>{t("assistants.operations", { count: tool.operations.length })}</summary>
      <div>
        {tool.operations.map((operation) => {
          const name = `${tool.slug}/${operation.name}`;
          return (
            <div key={name} className="tool-choice__operation">
              <Checkbox id={`tool-${name}`} labelText={operation.title || operation.name} checked={whole || chosen.includes(name)} disabled={whole} onChange={() => onChange(toggled(chosen, name))} />
              {operation.writes && <Tag size="sm" type="magenta">{t("approvals.changes")}</Tag>}
              {operation.needs_approval !== "never" && <Tag size="sm" type="blue">{t("assistants.asksFirst")}</Tag>}
            </div>
          );
        })}
      </div>
    </details>
  );
}

/** What it may use: whole tools, or some of what they can do. */
export function ToolChoice({ fields, onChange, wrong }: SectionProps) {
  const { t } = useTranslation();
  const { data, error } = useQuery({ queryKey: keys.usableTools, queryFn: () => allPages(toolsApi.usable) });
  const set = (tools: string[]) => onChange({ tools });
  const known = new Set(data?.flatMap(({ slug, operations }) => [slug, ...operations.map(({ name }) => `${slug}/${name}`)]));
  const gone = data ? fields.tools.filter((name) => !known.has(name)) : [];
  const refused = wrong("tools").invalidText;
  return (
    <>
      {error && <ErrorState error={error} />}
      {data?.length === 0 && <p className="muted">{t("assistants.noTools")}</p>}
      <ul className="tool-choice">
        {data?.map((tool) => (
          <li key={tool.slug}>
            <Checkbox id={`tool-${tool.slug}`} labelText={tool.name} helperText={tool.description} checked={fields.tools.includes(tool.slug)} onChange={() => set(toggled(fields.tools, tool.slug))} />
            {tool.operations.length > 1 && <Operations tool={tool} chosen={fields.tools} onChange={set} />}
          </li>
        ))}
        {gone.map((name) => (
          <li key={name}>
            <Checkbox id={`tool-${name}`} labelText={name} helperText={t("assistants.toolGone")} checked onChange={() => set(toggled(fields.tools, name))} />
          </li>
        ))}
      </ul>
      {refused && <p className="form-error" role="alert">{refused}</p>}
    </>
  );
}
