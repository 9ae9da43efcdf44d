import { expect, it } from "vitest";
import { problemFrom } from "./problem";
import { cursorOf } from "./endpoints";

it("reads RFC 9457, field errors included", () => {
  const error = problemFrom(400, { title: "Invalid", errors: { name: ["Taken."], email: "Bad." } });
  expect(error).toMatchObject({ status: 400, detail: "Taken.", errors: { name: ["Taken."], email: ["Bad."] } });
});

it("makes sense of a reply that is no JSON", () => {
  expect(problemFrom(502, undefined, "3")).toMatchObject({ status: 502, detail: "", retryAfter: 3 });
});

it("takes the cursor from a bare value or an address", () => {
  expect(cursorOf("abc")).toBe("abc");
  expect(cursorOf("http://h/api/v1/x?cursor=a%3D%3D&limit=5")).toBe("a==");
  expect(cursorOf(null)).toBeUndefined();
});
