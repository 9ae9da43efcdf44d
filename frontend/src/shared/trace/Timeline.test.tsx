import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Run, Usage } from "../../api/types";
import i18n from "../../i18n";
import { Timeline } from "./Timeline";

await i18n.changeLanguage("en");

const tokens: Usage = { prompt_tokens: 1200, cached_tokens: 0, completion_tokens: 34 };

function shown(usage: Usage) {
  render(<Timeline run={{ model: "granite", usage, attempts: 1, steps: [] } as unknown as Run} />);
  return screen.getByText(/^granite|granite/).textContent;
}

it("says what a run took", () => {
  expect(shown(tokens)).toContain("read 1,200, wrote 34 tokens");
});

it("says what it cost where the model has a price", () => {
  expect(shown({ ...tokens, cost: 0.000_123_45 })).toContain("cost 0.000123");
});

it("keeps silent about the cost of a model without a price", () => {
  expect(shown(tokens)).not.toContain("cost");
});
