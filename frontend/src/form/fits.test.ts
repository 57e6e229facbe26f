import { expect, it } from "vitest";
import type { Field } from "./field";
import { hooksOf, noteOf, unheard } from "./fits";

const learner = {
  kind: "union",
  name: "learner",
  discriminator: "name",
  fits: { ppo: { hooks: ["loss", "reward"] }, sac: { hooks: ["reward"] } },
} as unknown as Field;

it("says what a member is for", () => {
  expect(noteOf({ observes: ["picture"] })).toBe("for pictures");
  expect(noteOf({ actions: ["continuous", "discrete"] })).toBe("for continuous and discrete actions");
  expect(noteOf({})).toBe("");
});

it("says which hooks of a guide the chosen learner does not honour", () => {
  const heard = hooksOf([learner], { learner: { name: "sac" } });
  expect(unheard({ hooks: ["loss"] }, heard)).toEqual(["loss"]);
  expect(noteOf({ hooks: ["loss"] }, heard)).toContain("does not honour");
  expect(unheard({ hooks: ["loss"] }, hooksOf([learner], { learner: { name: "ppo" } }))).toEqual([]);
  expect(unheard({ hooks: ["loss"] }, hooksOf([learner], { learner: { name: "unknown" } }))).toEqual([]);
  expect(hooksOf([], {})).toBeUndefined();
});
