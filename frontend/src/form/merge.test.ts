import { describe, expect, it } from "vitest";
import type { Field } from "./field";
import { changesOf, merge, withDefaults } from "./merge";

const base = { arm: "gsl", guide: { name: "dapg", coefficient: 0.3 }, learner: { name: "ppo", gamma: 0.99, envs: 8 } };

describe("parts of a configuration", () => {
  it("are laid over it setting by setting", () => {
    expect(merge(base, { learner: { gamma: 0.9 }, arm: "generalist" })).toEqual({
      ...base,
      arm: "generalist",
      learner: { name: "ppo", gamma: 0.9, envs: 8 },
    });
  });
  it("replace a member by another whole", () => {
    expect(merge(base, { guide: { name: "gail" } }).guide).toEqual({ name: "gail" });
    expect(merge(base, { guide: { name: "dapg" } }).guide).toEqual(base.guide);
  });
  it("show the defaults of a member that is only named", () => {
    const guide = { kind: "union", name: "guide", discriminator: "name", defaults: { gail: { name: "gail", mix: 1 } } };
    const filled = withDefaults([guide as unknown as Field], { ...base, guide: { name: "gail" } });
    expect(filled).toEqual({ ...base, guide: { name: "gail", mix: 1 } });
  });
  it.each([
    [{ ...base, arm: "generalist" }, { arm: "generalist" }],
    [{ ...base, learner: { ...base.learner, gamma: 0.9 } }, { learner: { gamma: 0.9 } }],
    [{ ...base, guide: { name: "gail", mix: 0.5 } }, { guide: { name: "gail", mix: 0.5 } }],
    [base, {}],
  ])("are found again: case %#", (value, changes) => {
    expect(changesOf(base, value)).toEqual(changes);
    expect(merge(base, changesOf(base, value))).toEqual(value);
  });
});
