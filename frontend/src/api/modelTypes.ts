/** What the server says of models, of work on them, and of signatures. */
export interface Model {
  id: string;
  name: string;
  kind: "chat" | "embedding" | "reranker" | "guardian";
  family: string;
  architecture: string;
  variant: "instruct" | "base" | null;
  parameters: number | string | null;
  size_bytes: number | null;
  memory_bytes: number | null;
  context: number | null;
  licence: string;
  source: string;
  revision: string | null;
  sha256: string | null;
  installed: boolean;
  verified: boolean;
  fits: boolean;
  reason: string | null;
  active: boolean;
  added: boolean;
  chosen: boolean;
  signature: "unsigned" | "signed" | "untrusted" | "invalid";
  signer: string;
  refused: string;
  loaded: LoadedModel[];
}

/** A worker that holds a model; what it has not measured is null. */
export interface LoadedModel {
  role: string;
  host: string;
  pid: number;
  slots: number | null;
  memory_bytes: number | null;
  reads: number | null;
  writes: number | null;
}

export interface ModelJob {
  id: string;
  model: string;
  kind: "pull" | "verify" | "add";
  status: "queued" | "running" | "completed" | "failed" | "cancelled";
  done: number;
  total: number;
  error: string;
}

export interface ModelList {
  results: Model[];
  jobs: ModelJob[];
  /** The model that the server's settings name: no other can be chosen. */
  named: string | null;
}

export interface NewModel {
  id: string;
  name: string;
  licence: string;
  incoming: string;
}

export interface Arrivals {
  folder: string;
  results: { file: string; size_bytes: number }[];
}

export interface SignaturePolicy {
  require_signature: boolean;
  keys: { name: string; pem: string }[];
  identities: { identity: string; issuer: string }[];
}
