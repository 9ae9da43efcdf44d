import { afterEach, expect, it, vi } from "vitest";
import { setLanguage } from "../i18n";
import { get } from "./client";

afterEach(() => {
  vi.unstubAllGlobals();
  setLanguage("en");
});

it("asks the server to speak the language that the reader has chosen", async () => {
  const fetching = vi.fn<typeof fetch>().mockImplementation(() => Promise.resolve(new Response("{}")));
  vi.stubGlobal("fetch", fetching);
  await get("/me");
  setLanguage("zh-Hant");
  await get("/me");
  const asked = fetching.mock.calls.map(([, options]) => new Headers(options!.headers).get("Accept-Language"));
  expect(asked).toEqual(["en", "zh-Hant"]);
});
