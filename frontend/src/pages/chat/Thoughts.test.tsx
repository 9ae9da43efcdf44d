import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import "../../i18n";
import { Thoughts } from "./Thoughts";

it("shows thoughts folded, as the plain text that they are", () => {
  render(<Thoughts text={"First <b>this</b>,\nthen that."} />);
  const text = screen.getByText(/First <b>this<\/b>/);
  expect(text.closest("details")).toHaveProperty("open", false);
  expect(screen.getByText("Show the model’s thoughts").tagName).toBe("SUMMARY");
});
