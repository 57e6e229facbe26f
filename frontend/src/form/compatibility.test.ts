import { expect, it } from "vitest";
import { noteOf, supportedHooks, unsupportedHooks } from "./compatibility";
import type { Field } from "./field";

const learner = {
  kind: "union",
  name: "learner",
  discriminator: "name",
  compatibility: { ppo: { hooks: ["loss", "reward"] }, sac: { hooks: ["reward"] } },
} as unknown as Field;

it("says what a member is for", () => {
  expect(noteOf({ observes: ["picture"] })).toContain("image");
  expect(noteOf({ actions: ["continuous", "discrete"] })).toContain("continuous and discrete");
  expect(noteOf({})).toBe("");
});

it("says which hooks of a guide the chosen learner lacks", () => {
  const supported = supportedHooks([learner], { learner: { name: "sac" } });
  expect(unsupportedHooks({ hooks: ["loss"] }, supported)).toEqual(["loss"]);
  expect(noteOf({ hooks: ["loss"] }, supported)).toContain("loss");
  expect(unsupportedHooks({ hooks: ["loss"] }, supportedHooks([learner], { learner: { name: "ppo" } }))).toEqual([]);
  expect(unsupportedHooks({ hooks: ["loss"] }, supportedHooks([learner], { learner: { name: "unknown" } }))).toEqual(
    [],
  );
  expect(supportedHooks([], {})).toBeUndefined();
});
