import { expect, it } from "vitest";
import { commandOf, neighbour } from "./shortcuts";

const press = (key: string, more = {}) =>
  commandOf({ key, mod: false, alt: false, typing: false, afterG: false, ...more });

it("knows what keys ask for", () => {
  expect(press("k", { mod: true })).toEqual({ what: "palette" });
  expect(press("/")).toEqual({ what: "palette" });
  expect(press("?")).toEqual({ what: "help" });
  expect(press("j")).toEqual({ what: "step", by: 1 });
  expect(press("k")).toEqual({ what: "step", by: -1 });
  expect(press("a")).toEqual({ what: "press", key: "a" });
  expect(press("g")).toEqual({ what: "pending" });
  expect(press("w", { afterG: true })).toEqual({ what: "go", to: "/workers" });
  expect(press("a", { afterG: true })).toEqual({ what: "go", to: "/account" });
});

it.each(["a", "j", "n", "g", "?", "/"])("%s does nothing while somebody types", (key) => {
  expect(press(key, { typing: true })).toEqual({ what: "nothing" });
  expect(press(key, { alt: true })).toEqual({ what: "nothing" });
  if (key !== "k") expect(press(key, { mod: true })).toEqual({ what: "nothing" });
});

it("opens the search and launches from within a field too", () => {
  expect(press("k", { mod: true, typing: true })).toEqual({ what: "palette" });
  expect(press("Enter", { mod: true, typing: true })).toEqual({ what: "launch" });
});

it("steps through a list and stops at its ends", () => {
  expect(neighbour([7, 8, 9], 8, 1)).toBe(9);
  expect(neighbour([7, 8, 9], 9, 1)).toBeUndefined();
  expect(neighbour([7, 8, 9], 7, -1)).toBeUndefined();
  expect(neighbour([7, 8, 9], undefined, -1)).toBe(7);
  expect(neighbour([7, 8, 9], 1, 1)).toBe(7);
  expect(neighbour([], 1, 1)).toBeUndefined();
});
