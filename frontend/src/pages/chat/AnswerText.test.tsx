import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Citation } from "../../api/types";
import "../../i18n";
import { AnswerText } from "./AnswerText";

const citation: Citation = {
  marker: 1,
  passage_id: "p",
  document_id: "d",
  title: "Leave policy",
  quote: "ten days",
  location: { start: 0, end: 8 },
};

it("makes a marker a button that opens its source", () => {
  const onCite = vi.fn();
  render(<AnswerText text="You get **ten** days [1]." citations={[citation]} onCite={onCite} />);
  fireEvent.click(screen.getByRole("button", { name: /Leave policy/ }));
  expect(onCite).toHaveBeenCalledExactlyOnceWith(citation);
});

it("shows a marker without its citation as plain text, and leaves code alone", () => {
  render(<AnswerText text={"Wait [2] and `list[1]`"} citations={[citation]} onCite={vi.fn()} />);
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.getByText("list[1]").tagName).toBe("CODE");
});

it("renders no HTML, no pictures and no dangerous links from an answer", () => {
  const hostile = '<script>alert(1)</script>\n\n![x](https://evil.example/x.png) [go](javascript:alert(1)) [ok](https://a.example)';
  const { container } = render(<AnswerText text={hostile} citations={[]} onCite={vi.fn()} />);
  expect(container.querySelector("script, img, [href^='javascript']")).toBeNull();
  expect(screen.getByText("ok").getAttribute("rel")).toContain("noopener");
});
