import { Breadcrumb, BreadcrumbItem, Button, SkeletonText, Tag } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { allPages } from "../../api/allPages";
import { assistants } from "../../api/agents";
import type { AssistantVersion } from "../../api/agentTypes";
import { keys } from "../../api/keys";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { useChange } from "../../shared/useChange";
import { DifferenceDialog } from "./DifferenceDialog";

interface RowProps {
  version: AssistantVersion;
  /** Whether it is older than the one that answers: then publishing it rolls back. */
  older: boolean;
  busy: boolean;
  onPublish: () => void;
  onCompare?: () => void;
}

function Row({ version, older, busy, onPublish, onCompare }: RowProps) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const { number, published } = version;
  return (
    <li className="version">
      <div className="version__words">
        <h2>
          {t("assistants.version", { number })} {published && <Tag type="green" size="sm">{t("assistants.answers")}</Tag>}
        </h2>
        <p className="muted">{[version.created_by, time(version.created_at)].filter(Boolean).join(" · ")}</p>
        {version.note && <p>{version.note}</p>}
      </div>
      <div className="version__actions">
        {onCompare && (
          <Button kind="ghost" size="sm" onClick={onCompare} aria-label={t("assistants.compareOne", { number })}>
            {t("assistants.compare")}
          </Button>
        )}
        {!published && (
          <Button kind="tertiary" size="sm" disabled={busy} onClick={onPublish} aria-label={t(older ? "assistants.rollBackTo" : "assistants.publishOne", { number })}>
            {t(older ? "assistants.rollBack" : "assistants.publish")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** All that an assistant was: compare, publish, roll back. */
export function Component() {
  const { t } = useTranslation();
  const { slug = "" } = useParams();
  const { data, error, refetch } = useQuery({ queryKey: keys.versions(slug), queryFn: () => allPages((cursor) => assistants.versions(slug, cursor)) });
  const [compared, setCompared] = useState<[number, number] | null>(null);
  const publishing = useChange((number: number) => assistants.publish(slug, number), { stale: keys.assistants, done: t("assistants.published") });
  const live = data?.find(({ published }) => published)?.number ?? 0;
  return (
    <div className="page">
      <Breadcrumb noTrailingSlash>
        <BreadcrumbItem>
          <Link to="/assistants">{t("assistants.title")}</Link>
        </BreadcrumbItem>
        <BreadcrumbItem>
          <Link to={`/assistants/${slug}`}>{data?.[0]?.name ?? slug}</Link>
        </BreadcrumbItem>
      </Breadcrumb>
      <PageHeader title={t("assistants.versions")} lead={t("assistants.versionsLead")} />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonText paragraph lineCount={6} />}
      <ol className="versions">
        {data?.map((version, index) => (
          <Row
            key={version.number}
            version={version}
            older={version.number < live}
            busy={publishing.isPending}
            onPublish={() => publishing.mutate(version.number)}
            onCompare={data[index + 1] && (() => setCompared([data[index + 1]!.number, version.number]))}
          />
        ))}
      </ol>
      {compared && data && <DifferenceDialog slug={slug} first={compared[0]} second={compared[1]} numbers={data.map(({ number }) => number)} onClose={() => setCompared(null)} />}
    </div>
  );
}
