import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { PickMany } from "./PickMany";

it("keeps what somebody else chose and this person cannot see", async () => {
  const onChange = vi.fn();
  render(<PickMany id="pick" title="Collections" label="Choose" items={[{ id: "a", name: "A" }, { id: "b", name: "B" }]} nameOf={({ name }) => name} chosen={["hidden", "a"]} onChange={onChange} />);
  fireEvent.click(screen.getByRole("combobox"));
  fireEvent.click(screen.getByRole("option", { name: "B" }));
  await waitFor(() => expect(onChange).toHaveBeenLastCalledWith(["hidden", "a", "b"]));
});
