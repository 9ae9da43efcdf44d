import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Assistant } from "../../api/agentTypes";
import "../../i18n";
import { Composer } from "./Composer";

function compose(running = false) {
  const onSend = vi.fn(() => Promise.resolve());
  const onStop = vi.fn();
  render(<Composer running={running} stopping={false} busy={false} onSend={onSend} onStop={onStop} />);
  const area = screen.getByRole("textbox");
  fireEvent.change(area, { target: { value: "特休幾天" } });
  return { area, onSend, onStop };
}

it("sends with Enter and clears the field", () => {
  const { area, onSend } = compose();
  fireEvent.keyDown(area, { key: "Enter", keyCode: 13 });
  expect(onSend).toHaveBeenCalledExactlyOnceWith("特休幾天");
  expect(area).toHaveProperty("value", "");
});

it("starts a new line with Shift and Enter", () => {
  const { area, onSend } = compose();
  fireEvent.keyDown(area, { key: "Enter", keyCode: 13, shiftKey: true });
  expect(onSend).not.toHaveBeenCalled();
});

it("never sends with the Enter that chooses a word while composing", () => {
  const { area, onSend } = compose();
  fireEvent.keyDown(area, { key: "Enter", keyCode: 13, isComposing: true });
  fireEvent.keyDown(area, { key: "Enter", keyCode: 229 });
  expect(onSend).not.toHaveBeenCalled();
});

it("gives the question back when it could not be sent", async () => {
  const { area, onSend } = compose();
  onSend.mockRejectedValueOnce(new Error("offline"));
  fireEvent.keyDown(area, { key: "Enter", keyCode: 13 });
  await vi.waitFor(() => expect(area).toHaveProperty("value", "特休幾天"));
});

it("stops instead of sending while an answer is written", () => {
  const { area, onSend, onStop } = compose(true);
  fireEvent.keyDown(area, { key: "Enter", keyCode: 13 });
  fireEvent.click(screen.getByRole("button"));
  expect(onSend).not.toHaveBeenCalled();
  expect(onStop).toHaveBeenCalledOnce();
});

const helpDesk = { slug: "helpdesk", name: "IT help desk", purpose: "", picture: "tools" } as Assistant;

function mentioning() {
  const onSend = vi.fn(() => Promise.resolve());
  render(<Composer running={false} stopping={false} busy={false} assistants={[helpDesk]} onSend={onSend} onStop={() => undefined} />);
  const area = screen.getByRole<HTMLTextAreaElement>("textbox");
  const type = (value: string) => fireEvent.change(area, { target: { value, selectionStart: value.length, selectionEnd: value.length } });
  return { area, onSend, type };
}

it("names an assistant after an @, by the keyboard alone", () => {
  const { area, onSend, type } = mentioning();
  type("@he");
  expect(screen.getByRole("option", { selected: true }).textContent).toContain("IT help desk");
  fireEvent.keyDown(area, { key: "Enter", keyCode: 13 });
  expect(onSend).not.toHaveBeenCalled();
  expect(area.value).toBe("@helpdesk ");
  expect(screen.queryByRole("listbox")).toBeNull();
});

it("offers no assistant while a word is composed, and closes with Escape", () => {
  const { area, type } = mentioning();
  fireEvent.compositionStart(area);
  type("@");
  expect(screen.queryByRole("listbox")).toBeNull();
  fireEvent.compositionEnd(area);
  expect(screen.getByRole("listbox")).toBeTruthy();
  fireEvent.keyDown(area, { key: "Escape", keyCode: 27 });
  expect(screen.queryByRole("listbox")).toBeNull();
});
