import { get, patch, post, remove } from "./client";
import type { Page, Started } from "./types";
import type { Evaluation, EvaluationDetail, ExtractedRow, Extraction, ExtractionBody, ExtractionTable, Firing, Schedule, ScheduleBody, Summary, SummaryBody, Template } from "./workTypes";

type Cursor = string | null | undefined;
interface StartedWork {
  id: string;
  run: Started;
}

export const summaries = {
  list: (cursor?: Cursor) => get<Page<Summary>>("/summaries", { cursor, limit: 20 }),
  one: (id: string) => get<Summary>(`/summaries/${id}`),
  create: (body: SummaryBody) => post<StartedWork>("/summaries", body),
};

export const extractions = {
  list: (cursor?: Cursor) => get<Page<Extraction>>("/extractions", { cursor, limit: 20 }),
  one: (id: string) => get<ExtractionTable>(`/extractions/${id}`),
  create: (body: ExtractionBody) => post<StartedWork>("/extractions", body),
  correct: (id: string, row: string, body: { values?: Record<string, unknown>; confirmed?: boolean }) => patch<ExtractedRow>(`/extractions/${id}/rows/${row}`, body),
  exportUrl: (id: string, format: "csv" | "xlsx") => `/api/v1/extractions/${id}/export?format=${format}`,
  templates: () => get<{ results: Template[] }>("/extraction-templates"),
};

export const schedules = {
  list: (cursor?: Cursor) => get<Page<Schedule>>("/schedules", { cursor, limit: 100 }),
  create: (body: ScheduleBody) => post<Schedule>("/schedules", body),
  change: (id: string, body: Partial<ScheduleBody>) => patch<Schedule>(`/schedules/${id}`, body),
  remove: (id: string) => remove(`/schedules/${id}`),
  run: (id: string) => post<StartedWork>(`/schedules/${id}/run`),
  firings: (id: string, cursor?: Cursor) => get<Page<Firing>>(`/schedules/${id}/runs`, { cursor, limit: 20 }),
};

export const evaluations = {
  list: (cursor?: Cursor) => get<Page<Evaluation>>("/evaluations", { cursor, limit: 50 }),
  one: (id: string) => get<EvaluationDetail>(`/evaluations/${id}`),
};
