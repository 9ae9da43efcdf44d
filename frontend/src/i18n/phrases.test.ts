import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "./en.json";
import zhHant from "./zh-Hant.json";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ""): Map<string, string> {
  const entries = Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[prefix + key, value]] : [...flat(value, `${prefix}${key}.`)],
  );
  return new Map(entries);
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
    .map((name) => readFileSync(join(folder, name), "utf8"));
}

const english = flat(en);
const chinese = flat(zhHant);
const code = sources("src").join("\n");
const bare = (key: string) => key.replace(/_(one|other)$/, "");
const fields = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort();

describe("the phrase files", () => {
  it("have the same keys", () => {
    expect([...chinese.keys()]).toEqual([...english.keys()]);
  });

  it("fill in the same values", () => {
    for (const [key, text] of english) expect(fields(chinese.get(key)!), key).toEqual(fields(text));
  });

  it("have every key that the code names", () => {
    const known = new Set([...english.keys()].map(bare));
    const used = [...code.matchAll(/\bt\(\s*"([\w.]+\w)"/g)].map((match) => match[1]!);
    expect(used.length).toBeGreaterThan(150);
    expect(used.filter((key) => !known.has(key))).toEqual([]);
  });

  it("have no key that nothing uses", () => {
    const built = ["chat.today", "chat.yesterday", "chat.week", "chat.older", "system.parts.", "documents.stage.", "models.kinds.", "endpoints.steps.", "endpoints.price_", "endpoints.status.", "user.", "account.", "system.", "audit.actions.", "assistants.pictures.", "assistants.limits.", "assistants.fields.", "trace.status.", "runs.status.", "tools.kinds.", "tools.auths.", "tools.operators.", "summaries.", "extractions.", "schedules.", "evaluations."];
    const unused = [...english.keys()]
      .map(bare)
      .filter((key) => !code.includes(`"${key}"`) && !built.some((start) => key.startsWith(start)));
    expect(unused).toEqual([]);
  });

  it("leave no English behind in Chinese", () => {
    const same = [...english].filter(([key, text]) => chinese.get(key) === text).map(([key]) => key);
    expect(same).toEqual(["app.name", "documents.sha256", "audit.exportJsonl", "audit.exportCsv", "audit.exportOcsf", "evaluations.benchmarks.bfcl"]);
  });
});
