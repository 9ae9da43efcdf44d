import i18n from "../i18n";
import { networkError, problemFrom } from "./problem";

export const API = "/api/v1";

/** Django's CSRF token, which the server leaves in a readable cookie. */
export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/** What every call says: which form of answer it takes, and in which language it wants to read sentences. */
export function wishes(accept = "application/json"): Record<string, string> {
  return { Accept: accept, "Accept-Language": i18n.language };
}

/** One POST that makes something gets one key: a repeat after a lost reply makes nothing twice. */
function headersFor(method: string, json: boolean): Headers {
  const headers = new Headers(wishes());
  if (json) headers.set("Content-Type", "application/json");
  if (method !== "GET") headers.set("X-CSRFToken", csrfToken());
  if (method === "POST") headers.set("Idempotency-Key", randomKey());
  return headers;
}

// crypto.randomUUID exists only on https and localhost, and a company may serve Quarry over plain http inside.
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export interface CallOptions {
  query?: Record<string, string | number | undefined | null>;
  body?: unknown;
  signal?: AbortSignal;
}

export function withQuery(path: string, query: CallOptions["query"] = {}): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

export async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Call an address of our own server; a status of 400 and above becomes an `ApiError`. */
export async function callRaw(method: string, url: string, options: CallOptions = {}): Promise<Response> {
  const json = options.body !== undefined;
  const response = await fetch(withQuery(url, options.query), {
    method,
    headers: headersFor(method, json),
    body: json ? JSON.stringify(options.body) : undefined,
    signal: options.signal,
    credentials: "same-origin",
  }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw networkError();
  });
  return response;
}

export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const response = await callRaw(method, API + path, options);
  const body = await readBody(response);
  if (!response.ok) throw problemFrom(response.status, body, response.headers.get("Retry-After"));
  return body as T;
}

export const get = <T>(path: string, query?: CallOptions["query"], signal?: AbortSignal) =>
  call<T>("GET", path, { query, signal });
export const post = <T>(path: string, body: unknown = {}) => call<T>("POST", path, { body });
export const put = <T>(path: string, body: unknown) => call<T>("PUT", path, { body });
export const patch = <T>(path: string, body: unknown) => call<T>("PATCH", path, { body });
export const remove = (path: string) => call<undefined>("DELETE", path);
