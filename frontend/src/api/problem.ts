/** What went wrong, as RFC 9457 tells it: every failed call to the server ends as one of these. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: Record<string, string[]> = {},
    readonly retryAfter: number | null = null,
  ) {
    super(detail || title);
    this.name = "ApiError";
  }

  /** The server could not be reached at all. */
  get isNetwork(): boolean {
    return this.status === 0;
  }
}

/** The server cannot be reached, or is at fault itself: nothing is said of what was asked for. */
export const isAway = (error: unknown): boolean => error instanceof ApiError && (error.isNetwork || error.status >= 500);

interface ProblemBody {
  title?: string;
  detail?: string;
  errors?: Record<string, string | string[]>;
}

function asLists(errors: ProblemBody["errors"]): Record<string, string[]> {
  return Object.fromEntries(Object.entries(errors ?? {}).map(([field, texts]) => [field, [texts].flat().map(String)]));
}

/** Build an error from a status and whatever body came with it, JSON or not. */
export function problemFrom(status: number, body: unknown, retryAfter: string | null = null): ApiError {
  const problem = (typeof body === "object" && body !== null ? body : {}) as ProblemBody;
  const errors = asLists(problem.errors);
  const detail = problem.detail ?? Object.values(errors).flat()[0] ?? "";
  const seconds = Number(retryAfter);
  return new ApiError(status, problem.title ?? "", detail, errors, seconds > 0 ? seconds : null);
}

export function networkError(): ApiError {
  return new ApiError(0, "", "");
}
