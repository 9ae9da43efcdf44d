import { describe, expect, it } from "vitest";
import type { ModelEndpoint, Preset } from "../../api/endpointTypes";
import { moved } from "../../shared/moved";
import { slugOf } from "../../shared/slug";
import { bodyOf, fieldsFrom, fieldsOf, isReady } from "./form";

const vllm: Preset = { id: "vllm", name: "vLLM", base_url: "http://localhost:8000/v1", key: "optional", own_network: true, options: [] };
const sagemaker: Preset = {
  id: "sagemaker",
  name: "Amazon SageMaker",
  base_url: "",
  key: "required",
  own_network: false,
  options: [
    { name: "region", default: "", required: true },
    { name: "inference_component", default: "", required: false },
  ],
};
const stored: ModelEndpoint = {
  ...{ slug: "aws", name: "AWS", kind: "sagemaker", base_url: "", model: "m", options: { region: "eu-west-1" } },
  ...{ ca: "", allow_private: false, concurrency: 2, timeout: 60, price_input: 0.5, price_output: null, enabled: true, created_at: "" },
  ...{ has_secret: true, secret_readable: true },
};

describe("the form of an endpoint", () => {
  it("makes a name for addresses", () => {
    expect([slugOf("Our vLLM (Taipei)"), slugOf("  模型 7 "), slugOf("模型")]).toEqual(["our-vllm-taipei", "7", ""]);
  });

  it("begins with what the service usually is", () => {
    expect(fieldsOf(vllm)).toMatchObject({ slug: "vllm", base_url: "http://localhost:8000/v1", allow_private: true });
    expect(fieldsOf(sagemaker).options).toEqual({ region: "", inference_component: "" });
  });

  it("sends a secret only where one was typed, and no empty options", () => {
    const fields = fieldsFrom(stored, sagemaker);
    expect(bodyOf(fields, true)).toEqual({
      ...{ name: "AWS", base_url: "", model: "m", ca: "", allow_private: false, concurrency: 2, timeout: 60, price_input: 0.5, price_output: null, enabled: true },
      options: { region: "eu-west-1" },
    });
    expect(bodyOf({ ...fields, secret: "s" }, true)).toMatchObject({ secret: "s" });
    expect(bodyOf(fieldsOf(vllm), false)).toMatchObject({ slug: "vllm", kind: "vllm", secret: "" });
  });

  it("waits for what is needed", () => {
    const fields = { ...fieldsOf(sagemaker), model: "m" };
    expect(isReady(fields, sagemaker, false)).toBe(false);
    expect(isReady({ ...fields, secret: "s" }, sagemaker, false)).toBe(false);
    expect(isReady({ ...fields, secret: "s", options: { region: "x" } }, sagemaker, false)).toBe(true);
    expect(isReady(fieldsFrom(stored, sagemaker), sagemaker, true)).toBe(true);
    expect(isReady({ ...fieldsOf(vllm), model: " " }, vllm, false)).toBe(false);
  });

  it("moves names within the order and not out of it", () => {
    expect(moved(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b"], "a", -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], "x", 1)).toEqual(["a", "b"]);
  });
});
