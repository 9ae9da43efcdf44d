import { expect, it } from "vitest";
import type { Tool } from "../../api/toolTypes";
import { changedBody, emptyFields, fieldsFrom, isReady, newBody, variablesOf } from "./form";

const leave = {
  kind: "openapi", name: "Leave", description: "", settings: { server: "http://x", title: "Leave" }, auth: { type: "bearer" },
  egress: { allow: ["127.0.0.1:9"] }, restricted: false, groups: [], calls_per_minute: null, timeout: 30, has_secret: true,
} as unknown as Tool;

it("sends a pasted document, where it may call in our own network, and the key; switched off at first", () => {
  const body = newBody({ ...emptyFields, name: "Leave", document: "{}", egress: "127.0.0.1:9\n", authType: "bearer", secret: "k" });
  expect(body).toMatchObject({ kind: "openapi", enabled: false, document: "{}", egress: { allow: ["127.0.0.1:9"] }, auth: { type: "bearer", value: "k" } });
  expect(body).not.toHaveProperty("url");
});

it("leaves a secret and a document that were not typed again as they are", () => {
  const body = changedBody({ ...fieldsFrom(leave), timeout: "60" }, leave);
  expect(body).toMatchObject({ timeout: 60 });
  expect(body).not.toHaveProperty("auth");
  expect(body).not.toHaveProperty("document");
});

it("replaces a secret, and takes it away", () => {
  expect(changedBody({ ...fieldsFrom(leave), secret: "new" }, leave).auth).toEqual({ type: "bearer", value: "new" });
  expect(changedBody({ ...fieldsFrom(leave), authType: "none" }, leave).auth).toEqual({ type: "none" });
});

it("sends each kind its own fields", () => {
  const sql = newBody({ ...emptyFields, kind: "sql", name: "HR", host: "db", database: "hr", user: "ro", schemas: "hr, pay", secret: "p" });
  expect(sql).toMatchObject({ port: 5432, schemas: ["hr", "pay"], tables: [], auth: { type: "basic", value: "p" } });
  const service = newBody({ ...emptyFields, name: "Git", url: "https://x/openapi.json", paths: "/repos\n/user\n" });
  expect(service).toMatchObject({ url: "https://x/openapi.json", paths: ["/repos", "/user"] });
  expect(fieldsFrom({ ...leave, settings: { paths: ["/repos", "/user"] } }).paths).toBe("/repos\n/user");
  const program = newBody({ ...emptyFields, kind: "mcp", name: "Files", transport: "stdio", command: "uvx", arguments: "a\nb", environment: "KEY=$secret" });
  expect(program).toMatchObject({ transport: "stdio", arguments: ["a", "b"], environment: { KEY: "$secret" } });
  expect(program).not.toHaveProperty("url");
});

it("keeps a program in its sandbox, and off the network only there", () => {
  const program = { ...emptyFields, kind: "mcp", name: "Files", transport: "stdio", command: "uvx" } as const;
  expect(newBody(program)).toMatchObject({ sandbox: true, network: true });
  expect(newBody({ ...program, network: false })).toMatchObject({ sandbox: true, network: false });
  expect(newBody({ ...program, sandbox: false, network: false })).toMatchObject({ sandbox: false, network: true });
  expect(fieldsFrom({ ...leave, kind: "mcp", settings: { transport: "stdio", network: false } })).toMatchObject({ sandbox: true, network: false });
});

it("reads variables with an equals sign in their value", () => {
  expect(variablesOf("A=1\n\nB=x=y ")).toEqual({ A: "1", B: "x=y" });
});

it("knows what is lacking", () => {
  expect(isReady({ ...emptyFields, kind: "mcp", name: "x" })).toBe(false);
  expect(isReady({ ...emptyFields, kind: "mcp", name: "x", url: "https://a" })).toBe(true);
});
