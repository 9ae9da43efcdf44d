import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Approval, DecidedAnswer } from "../../api/agentTypes";
import { keys } from "../../api/keys";
import i18n from "../../i18n";
import { ApprovalCard } from "./ApprovalCard";

await i18n.changeLanguage("en");

const booking: Approval = {
  id: "a", run: "r", step: "s", function: "leave_book", tool: "Leave", title: "Book leave", effect: "", writes: true, why: "address",
  reason: "It goes to an address that you did not give.", details: ["mallory@example.test"], needed: 1, status: "pending", decisions: [],
  arguments: [{ name: "from", label: "First day", value: "2027-03-01" }, { name: "note", label: "Note", value: { text: "x".repeat(400), copies: ["a", "b"] } }],
  asked_by: { id: "me", name: "Emma" }, scopes: ["once", "conversation"], created_at: "2026-01-01T00:00:00Z", expires_at: "2999-01-01T00:00:00Z",
};

function shown(changes: Partial<Approval> = {}) {
  const decide = vi.fn(() => Promise.resolve({ id: "r", status: "running", approval: "approved" } as DecidedAnswer));
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  client.setQueryData(keys.me, { id: "me", role: "employee" });
  render(
    <QueryClientProvider client={client}>
      <ApprovalCard approval={{ ...booking, ...changes }} decide={decide} />
    </QueryClientProvider>,
  );
  return decide;
}

it("shows what exactly is to be done, by its labels, and why a person is asked", () => {
  shown();
  expect(screen.getByRole("region", { name: "May this be done: Book leave?" })).toBeTruthy();
  expect(screen.getByText("First day").nextSibling!.textContent).toBe("2027-03-01");
  expect(screen.getByText("2 fields").closest("details")!.open).toBe(false);
  expect(screen.getByText("mallory@example.test")).toBeTruthy();
});

it("allows once or for the conversation, and only once", async () => {
  const decide = shown();
  fireEvent.click(screen.getByRole("button", { name: "Allow for this conversation" }));
  await waitFor(() => expect(decide).toHaveBeenCalled());
  expect(decide.mock.calls).toEqual([[{ decision: "approve", scope: "conversation" }, expect.anything()]]);
  await waitFor(() => expect(screen.getByRole<HTMLButtonElement>("button", { name: "Allow once" }).disabled).toBe(true));
});

it("refuses with a note", async () => {
  const decide = shown({ scopes: ["once"] });
  expect(screen.queryByRole("button", { name: "Allow for this conversation" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Refuse…" }));
  fireEvent.change(screen.getByRole("textbox"), { target: { value: " Wrong days " } });
  fireEvent.click(screen.getByRole("button", { name: "Refuse" }));
  await waitFor(() => expect(decide).toHaveBeenCalledWith({ decision: "reject", note: "Wrong days" }, expect.anything()));
});

it("asks nobody any more when the time is over or they have decided", () => {
  shown({ expires_at: "2026-01-02T00:00:00Z" });
  expect(screen.getByText("Nobody decided in time, so it is not done.")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

it("says that a second person must agree", () => {
  const mine = { person: { id: "me", name: "Emma" }, decision: "approve", note: "", scope: "once", via: "page", created_at: "" } as const;
  shown({ needed: 2, scopes: ["once"], decisions: [mine] });
  expect(screen.getByText("Allowed by Emma")).toBeTruthy();
  expect(screen.getByText("You agreed. Somebody else must agree as well.")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});
