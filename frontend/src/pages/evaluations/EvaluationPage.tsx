import { Breadcrumb, BreadcrumbItem, SkeletonText, Table, TableBody, TableCell, TableRow } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { keys } from "../../api/keys";
import { evaluations } from "../../api/work";
import type { EvaluationDetail } from "../../api/workTypes";
import { ColumnHeads } from "../../shared/ColumnHeads";
import { ErrorState } from "../../shared/ErrorState";
import { useFormat } from "../../shared/format";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";
import { BarChart } from "./BarChart";

function Categories({ evaluation }: { evaluation: EvaluationDetail }) {
  const { t } = useTranslation();
  const { number, share } = useFormat();
  const columns = ["evaluations.category", "evaluations.tasks", "evaluations.rightCount", "evaluations.accuracy", "evaluations.malformed", "evaluations.seconds"] as const;
  return (
    <TableFrame label={t("evaluations.categories")}>
      <Table size="md" aria-label={t("evaluations.categories")}>
        <ColumnHeads columns={columns.map((column) => t(column))} />
        <TableBody>
          {evaluation.categories.map((each) => (
            <TableRow key={each.name}>
              <TableCell className="mono">{each.name}</TableCell>
              <TableCell>{t("models.progress", { done: number(each.done), total: number(each.total) })}</TableCell>
              <TableCell>{number(each.right)}</TableCell>
              <TableCell>{each.accuracy === null ? "–" : share(each.accuracy / 100, 1)}</TableCell>
              <TableCell>{number(each.malformed)}</TableCell>
              <TableCell>{each.seconds === null ? "–" : number(Number(each.seconds.toFixed(1)))}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableFrame>
  );
}

function barsOf({ score, model, published, categories }: EvaluationDetail) {
  const ours = score === null ? [] : [{ label: model, value: score, ours: true }];
  const others = published.map((each) => ({ label: each.model, value: each.score, ours: false }));
  const parts = categories.flatMap(({ name, accuracy }) => (accuracy === null ? [] : [{ label: name, value: accuracy, ours: true }]));
  return { beside: [...ours, ...others].sort((a, b) => b.value - a.value), parts };
}

/** One evaluation: its table, its bars, and its score beside what publishers report. */
export function Component() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const { data, error, refetch } = useQuery({ queryKey: keys.evaluation(id), queryFn: () => evaluations.one(id) });
  const bars = data && barsOf(data);
  return (
    <div className="page">
      <Breadcrumb noTrailingSlash>
        <BreadcrumbItem>
          <Link to="/administration/evaluations">{t("evaluations.title")}</Link>
        </BreadcrumbItem>
      </Breadcrumb>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonText paragraph lineCount={6} />}
      {data && <PageHeader title={`${t(`evaluations.benchmarks.${data.benchmark}`)} · ${data.model}`} lead={t(data.harness ? "evaluations.withLead" : "evaluations.withoutLead")} />}
      {data?.error && <p className="form-error">{data.error}</p>}
      {data && <Categories evaluation={data} />}
      {bars && bars.parts.length > 0 && <BarChart title={t("evaluations.byCategory")} bars={bars.parts} />}
      {bars && bars.beside.length > 1 && <BarChart title={t("evaluations.beside")} note={t("evaluations.besideNote")} bars={bars.beside} />}
    </div>
  );
}
