import { expect, it } from "vitest";
import type { Assistant, AssistantVersion } from "../../api/agentTypes";
import { changedBody, contentOf, emptyFields, fieldsFrom, isReady, newBody, toggled } from "./form";

const assistant = { slug: "leave", enabled: true, restricted: true, groups: [{ id: "g", name: "HR" }], editors: [] } as unknown as Assistant;
const version = { ...emptyFields, number: 3, name: "Leave", starters: ["How many days?"], limits: { steps: 5 } } as unknown as AssistantVersion;

it("begins with the newest version and the groups' ids", () => {
  const fields = fieldsFrom(assistant, version);
  expect(fields).toMatchObject({ slug: "leave", name: "Leave", groups: ["g"], limits: { steps: 5 } });
  expect(fields).not.toHaveProperty("number");
});

it("sends no empty questions and no limit that was cleared", () => {
  const fields = { ...emptyFields, name: " Leave ", starters: [" a ", "", "  "], limits: { steps: 5, calls: undefined } };
  expect(contentOf(fields)).toMatchObject({ name: "Leave", starters: ["a"], limits: { steps: 5 } });
});

it("names groups only where it is restricted", () => {
  const fields = { ...emptyFields, slug: "leave", name: " Leave ", groups: ["g"], editors: ["e"] };
  expect(newBody(fields)).toMatchObject({ slug: "leave", name: "Leave", editors: ["e"], groups: [] });
  expect(newBody({ ...fields, restricted: true }).groups).toEqual(["g"]);
});

it("shares only what was shared anew: somebody else may have changed the rest, or alone may change it", () => {
  const fields = { ...fieldsFrom(assistant, version), purpose: "Days off" };
  const body = changedBody(fields, { purpose: "Days off" });
  expect(body).toMatchObject({ name: "Leave", purpose: "Days off" });
  for (const name of ["enabled", "restricted", "groups", "editors"]) expect(body).not.toHaveProperty(name);
  expect(changedBody({ ...fields, restricted: false }, { restricted: false })).toMatchObject({ restricted: false, groups: [] });
  expect(changedBody({ ...fields, groups: ["h"] }, { groups: ["h"] })).toMatchObject({ restricted: true, groups: ["h"] });
  expect(changedBody({ ...fields, editors: ["e"] }, { editors: ["e"] }).editors).toEqual(["e"]);
});

it("wants a name of each kind", () => {
  expect(isReady(emptyFields)).toBe(false);
  expect(isReady({ ...emptyFields, name: "Leave", slug: "leave" })).toBe(true);
});

it("lets a whole tool take the place of its operations", () => {
  expect(toggled(["leave/book"], "leave/balance")).toEqual(["leave/book", "leave/balance"]);
  expect(toggled(["leave/book", "mail"], "leave")).toEqual(["mail", "leave"]);
  expect(toggled(["leave", "leaves/x"], "leave")).toEqual(["leaves/x"]);
});
