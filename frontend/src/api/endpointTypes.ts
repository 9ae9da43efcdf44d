/** What the server says of models that other runtimes serve. */

/** A model that another runtime serves. Its secret never comes here. */
export interface ModelEndpoint {
  slug: string;
  name: string;
  kind: string;
  base_url: string;
  model: string;
  options: Record<string, string>;
  ca: string;
  allow_private: boolean;
  concurrency: number;
  timeout: number;
  /** Of a million tokens, in whatever currency the company counts. */
  price_input: number | null;
  price_output: number | null;
  enabled: boolean;
  has_secret: boolean;
  secret_readable: boolean;
  created_at: string;
}

export interface Preset {
  id: string;
  name: string;
  base_url: string;
  key: "none" | "optional" | "required";
  own_network: boolean;
  options: { name: string; default: string; required: boolean }[];
}

export interface CheckedStep {
  name: "name" | "connect" | "tls" | "key" | "model" | "answer" | "stream" | "tools";
  status: "passed" | "failed" | "missing" | "skipped";
  detail: string;
  seconds: number;
}

export interface Diagnosis {
  passed: boolean;
  steps: CheckedStep[];
  models: string[];
}
