import { Breadcrumb, BreadcrumbItem, SkeletonText } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { assistants } from "../../api/agents";
import { keys } from "../../api/keys";
import { isAway } from "../../api/problem";
import { ErrorState } from "../../shared/ErrorState";
import { AssistantEditor } from "./AssistantEditor";

async function whole(slug: string) {
  const assistant = await assistants.one(slug);
  return { assistant, version: await assistants.version(slug, assistant.newest!) };
}

function Existing({ slug }: { slug: string }) {
  const { data, error, refetch } = useQuery({ queryKey: keys.assistant(slug), queryFn: () => whole(slug) });
  if (error && !(data && isAway(error))) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonText paragraph lineCount={8} />;
  return <AssistantEditor {...data} />;
}

/** One assistant in its form, or the form of a new one. */
export function Component() {
  const { t } = useTranslation();
  const { slug } = useParams();
  return (
    <div className="page">
      <Breadcrumb noTrailingSlash>
        <BreadcrumbItem>
          <Link to="/assistants">{t("assistants.title")}</Link>
        </BreadcrumbItem>
      </Breadcrumb>
      {slug ? <Existing key={slug} slug={slug} /> : <AssistantEditor />}
    </div>
  );
}
