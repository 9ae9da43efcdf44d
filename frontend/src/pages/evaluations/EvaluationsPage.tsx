import { SkeletonText, Table, TableBody, TableCell, TableRow, Tag } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { allPages } from "../../api/allPages";
import { keys } from "../../api/keys";
import { evaluations } from "../../api/work";
import type { Evaluation } from "../../api/workTypes";
import { ColumnHeads } from "../../shared/ColumnHeads";
import { EmptyState } from "../../shared/EmptyState";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";

function Row({ evaluation }: { evaluation: Evaluation }) {
  const { t } = useTranslation();
  const { time, number, share } = useFormat();
  const { benchmark, model, harness, status, done, total, right, malformed } = evaluation;
  return (
    <TableRow>
      <TableCell>
        <Link to={`/administration/evaluations/${evaluation.id}`}>{time(evaluation.created_at)}</Link>
      </TableCell>
      <TableCell>{t(`evaluations.benchmarks.${benchmark}`)}</TableCell>
      <TableCell className="cell-wrap">{model}</TableCell>
      <TableCell>
        <Tag size="sm" type={harness ? "green" : "gray"}>{t(harness ? "evaluations.with" : "evaluations.without")}</Tag>
      </TableCell>
      <TableCell>
        {t(`evaluations.status.${status}`)}
        {done < total && ` (${t("models.progress", { done: number(done), total: number(total) })})`}
      </TableCell>
      <TableCell>{done ? `${t("models.progress", { done: number(right), total: number(done) })} (${share(right / done)})` : "–"}</TableCell>
      <TableCell>{number(malformed)}</TableCell>
    </TableRow>
  );
}

/** How well the models here call tools, measured by `manage.py bench`. */
export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: keys.evaluations, queryFn: () => allPages(evaluations.list) });
  const columns = ["evaluations.begun", "evaluations.benchmark", "evaluations.model", "evaluations.harness", "evaluations.state", "evaluations.rightCount", "evaluations.malformed"] as const;
  return (
    <div className="page">
      <PageHeader title={t("evaluations.title")} lead={t("evaluations.lead")} />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonText paragraph lineCount={4} />}
      {data?.length === 0 && <EmptyState title={t("evaluations.none")} text={t("evaluations.noneText")} />}
      {data && data.length > 0 && (
        <TableFrame label={t("evaluations.title")}>
          <Table size="md" aria-label={t("evaluations.title")}>
            <ColumnHeads columns={columns.map((column) => t(column))} />
            <TableBody>
              {data.map((evaluation) => (
                <Row key={evaluation.id} evaluation={evaluation} />
              ))}
            </TableBody>
          </Table>
        </TableFrame>
      )}
    </div>
  );
}
