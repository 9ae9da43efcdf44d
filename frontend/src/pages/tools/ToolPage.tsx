import { Breadcrumb, BreadcrumbItem, Button, InlineNotification, SkeletonText } from "@carbon/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { keys } from "../../api/keys";
import { tools } from "../../api/tools";
import type { Tool } from "../../api/toolTypes";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { useToast } from "../../shared/toast/context";
import { useChange } from "../../shared/useChange";
import { useEdits } from "../../shared/useEdits";
import { PlainValue } from "../../shared/values/PlainValue";
import { changedBody, fieldsFrom, type Fields } from "./form";
import { Operations } from "./Operations";
import { SignedIn } from "./SignedIn";
import { ToolActions } from "./ToolActions";
import { ToolForm } from "./ToolForm";

function Settings({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const { fields, change, saved } = useEdits<Fields>(fieldsFrom(tool));
  const saving = useMutation({
    mutationFn: (sent: Fields) => tools.change(tool.slug, changedBody(sent, tool)),
    onSuccess: async (_, sent) => {
      toast({ kind: "success", title: t("tools.saved") });
      await client.invalidateQueries({ queryKey: keys.tools });
      saved(sent);
    },
  });
  return (
    <section className="form-section" aria-labelledby="tool-settings">
      <h2 id="tool-settings">{t("tools.settings")}</h2>
      <ToolForm fields={fields} tool={tool} saving={saving} action={t("common.save")} onChange={change} />
    </section>
  );
}

/** What of a document cannot be called, and why. */
function LeftOut({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const left = tool.settings.left_out as Record<string, string> | undefined;
  const count = Object.keys(left ?? {}).length;
  if (count === 0) return null;
  return (
    <details className="plain__fold">
      <summary>{t("tools.leftOut", { count })}</summary>
      <PlainValue value={left} />
    </details>
  );
}

function Whole({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const toggle = useChange((enabled: boolean) => tools.change(tool.slug, { enabled }), { stale: keys.tools });
  return (
    <>
      <PageHeader title={tool.name} lead={tool.description || t(`tools.kinds.${tool.kind}`)}>
        <ToolActions tool={tool} />
        <Button kind={tool.enabled ? "tertiary" : "primary"} disabled={toggle.isPending} onClick={() => toggle.mutate(!tool.enabled)}>
          {t(tool.enabled ? "endpoints.switchOff" : "endpoints.switchOn")}
        </Button>
      </PageHeader>
      <SignedIn slug={tool.slug} />
      {!tool.enabled && <InlineNotification className="banner" kind="info" lowContrast hideCloseButton title={t("tools.isOff")} subtitle={t("tools.isOffText")} />}
      {!tool.secret_readable && <InlineNotification className="banner" kind="error" lowContrast hideCloseButton title={t("endpoints.keyLost")} />}
      <Operations tool={tool} />
      <LeftOut tool={tool} />
      <Settings tool={tool} />
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { slug = "" } = useParams();
  const { data, error, refetch } = useQuery({ queryKey: keys.tool(slug), queryFn: () => tools.one(slug) });
  return (
    <div className="page page--narrow">
      <Breadcrumb noTrailingSlash>
        <BreadcrumbItem>
          <Link to="/administration/tools">{t("tools.title")}</Link>
        </BreadcrumbItem>
      </Breadcrumb>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonText paragraph lineCount={8} />}
      {data && <Whole key={slug} tool={data} />}
    </div>
  );
}
