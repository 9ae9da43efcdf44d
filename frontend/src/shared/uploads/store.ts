import { API, csrfToken, randomKey, wishes } from "../../api/client";
import { ApiError, networkError, problemFrom } from "../../api/problem";

export type UploadState = "waiting" | "sending" | "done" | "same" | "failed";

export interface Upload {
  key: string;
  name: string;
  collectionId: string;
  state: UploadState;
  /** Sent so far, 0 to 1. */
  progress: number;
  error: unknown;
}

interface Job extends Upload {
  file: File;
  request?: XMLHttpRequest;
  onStored: () => void;
}

/** Two at a time: more would only wait for each other at the server. */
const AT_ONCE = 2;

let jobs: Job[] = [];
let shown: Upload[] = [];
const listeners = new Set<() => void>();

function publish(): void {
  shown = jobs.map(({ key, name, collectionId, state, progress, error }) => ({
    key,
    name,
    collectionId,
    state,
    progress,
    error,
  }));
  listeners.forEach((listener) => listener());
}

function change(key: string, changes: Partial<Job>): void {
  jobs = jobs.map((job) => (job.key === key ? { ...job, ...changes } : job));
  publish();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** XMLHttpRequest, because `fetch` cannot tell how much of a file has been sent. */
function send(job: Job): Promise<"done" | "same"> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    change(job.key, { request });
    request.open("POST", `${API}/collections/${job.collectionId}/documents`);
    Object.entries(wishes()).forEach(([name, value]) => request.setRequestHeader(name, value));
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("Idempotency-Key", randomKey());
    request.upload.onprogress = (event) => change(job.key, { progress: event.loaded / event.total });
    request.onerror = () => reject(networkError());
    request.onabort = () => reject(new DOMException("", "AbortError"));
    request.onload = () => {
      if (request.status < 300) resolve(request.status === 200 ? "same" : "done");
      else reject(problemFrom(request.status, parse(request.responseText)));
    };
    const form = new FormData();
    form.append("file", job.file);
    request.send(form);
  });
}

async function work(job: Job): Promise<void> {
  change(job.key, { state: "sending" });
  try {
    change(job.key, { state: await send(job), progress: 1 });
    job.onStored();
  } catch (cause) {
    if (cause instanceof ApiError) change(job.key, { state: "failed", error: cause });
  }
  next();
}

function next(): void {
  const sending = jobs.filter((job) => job.state === "sending").length;
  jobs
    .filter((job) => job.state === "waiting")
    .slice(0, Math.max(0, AT_ONCE - sending))
    .forEach((job) => void work(job));
}

/** Uploads live outside the page that began them: walking on does not stop them. */
export const uploads = {
  add(collectionId: string, files: Iterable<File>, onStored: () => void): void {
    for (const file of files)
      jobs = [
        ...jobs,
        { key: randomKey(), name: file.name, collectionId, state: "waiting", progress: 0, error: null, file, onStored },
      ];
    publish();
    next();
  },
  cancel(key: string): void {
    jobs.find((job) => job.key === key)?.request?.abort();
    jobs = jobs.filter((job) => job.key !== key);
    publish();
  },
  clear(): void {
    jobs = jobs.filter((job) => job.state === "waiting" || job.state === "sending");
    publish();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  current: () => shown,
};
