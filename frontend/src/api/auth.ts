import { callRaw, get, patch, post, readBody } from "./client";
import { problemFrom } from "./problem";
import type { Language, Me } from "./types";

const AUTH = "/_allauth/browser/v1/auth";

export type SignInOutcome = "ok" | "wrong" | "mfa" | "tooMany";

interface AllauthBody {
  errors?: { code: string }[];
  data?: { flows?: { id: string; is_pending?: boolean }[] };
}

function needsSecondFactor(body: unknown): boolean {
  const flows = (body as AllauthBody | undefined)?.data?.flows ?? [];
  return flows.some((flow) => flow.id.startsWith("mfa") && flow.is_pending !== false);
}

/** After too many failures allauth answers 400, the same as for a wrong password; only the code tells. */
function isLimited(body: unknown): boolean {
  const errors = (body as AllauthBody | undefined)?.errors ?? [];
  return errors.some((error) => error.code === "too_many_login_attempts");
}

/** Ask who we are first: that answer also leaves the CSRF cookie that signing in needs. */
export const fetchMe = () => get<Me>("/me");
export const updateMe = (changes: { name?: string; language?: Language }) => patch<Me>("/me", changes);
export const changePassword = (current: string, next: string) =>
  post<undefined>("/me/password", { current, new: next });

export async function signIn(email: string, password: string): Promise<SignInOutcome> {
  const response = await callRaw("POST", `${AUTH}/login`, { body: { email, password } });
  const body = await readBody(response);
  if (response.ok || response.status === 409) return "ok";
  if (response.status === 401) return needsSecondFactor(body) ? "mfa" : "wrong";
  if (response.status === 400) return isLimited(body) ? "tooMany" : "wrong";
  throw problemFrom(response.status, body, response.headers.get("Retry-After"));
}

export async function signOut(): Promise<void> {
  await callRaw("DELETE", `${AUTH}/session`);
}
