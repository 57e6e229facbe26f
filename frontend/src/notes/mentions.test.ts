import { expect, it } from "vitest";
import { completed, partsOf, typedAt } from "./mentions";

it("finds runs by number and by name", () => {
  expect(partsOf("as @12, and (@forkmaze-2.1).")).toEqual([
    { text: "as " },
    { run: "12" },
    { text: ", and (" },
    { run: "forkmaze-2.1" },
    { text: ")." },
  ]);
});

it.each(["ada@example.org", "@ alone", "user@", "https://host/@name", "a@@b"])("finds nothing in %s", (text) => {
  expect(partsOf(text)).toEqual([{ text }]);
});

it("knows what is typed at the caret", () => {
  expect(typedAt("see @fork", 9)).toEqual({ from: 4, name: "fork" });
  expect(typedAt("see @fork", 6)).toEqual({ from: 4, name: "f" });
  expect(typedAt("@", 1)).toEqual({ from: 0, name: "" });
  expect(typedAt("ada@fork", 8)).toBeNull();
  expect(typedAt("see @fork maze", 14)).toBeNull();
});

it("puts the run in place of what was typed", () => {
  expect(completed("see @fo and more", 7, 12)).toEqual({ text: "see @12 and more", caret: 8 });
});
