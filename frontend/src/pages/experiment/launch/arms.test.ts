import { describe, expect, it } from "vitest";
import { armsOf, FIRST_ARMS, launchBody, parseSeeds, sortErrors, withArm } from "./arms";

describe("seeds", () => {
  it.each([
    ["0-2, 7", [0, 1, 2, 7]],
    ["5", [5]],
    [" 3 1 ", [3, 1]],
    ["", null],
    ["2-1", null],
    ["a", null],
    ["-1", null],
    ["0-99999", null],
  ])("%s", (text, seeds) => expect(parseSeeds(text)).toEqual(seeds));
});

describe("arms", () => {
  it("get a name of their own", () => {
    const [first] = FIRST_ARMS;
    const twice = withArm(withArm(FIRST_ARMS, first), first);
    expect(twice.map(({ name }) => name)).toEqual(["GSL", "generalist", "GSL copy", "GSL copy 2"]);
    expect(new Set(twice.map(({ id }) => id)).size).toBe(4);
    expect(withArm(FIRST_ARMS).at(-1)).toMatchObject({ name: "arm 3", config: {} });
  });
  it("are the preset's, if it has some", () => {
    const own = { DAPG: {}, none: { guide: { name: "none" } } };
    expect(armsOf({ arms: own }).map(({ name, config }) => [name, config])).toEqual(Object.entries(own));
    expect(armsOf({ arms: {} })).toEqual(FIRST_ARMS);
  });
  it("are sent as what they change, beside what they share", () => {
    const base = { arm: "gsl", gate: { mode: "ask" } };
    const shared = { arm: "gsl", gate: { mode: "auto" } };
    const rest = { seeds: [0, 1], tags: [], priority: 2, workerLabel: "a100" };
    expect(launchBody({ preset: "p", base, shared, arms: FIRST_ARMS, ...rest })).toEqual({
      preset: "p",
      config: { gate: { mode: "auto" } },
      arms: [
        { name: "GSL", config: {} },
        { name: "generalist", config: { arm: "generalist" } },
      ],
      seeds: [0, 1],
      tags: [],
      priority: 2,
      worker_label: "a100",
    });
  });
});

describe("errors of a launch", () => {
  it("go to the arm, the seeds or what all share", () => {
    const errors = ["arms.1.config.guide.name", "arms.0.name", "seeds.2", "config.suite.name", "arms"].map((field) => ({
      field,
      message: field,
    }));
    const sorted = sortErrors(errors, 2);
    expect(sorted.arms.map((own) => own.map(({ field }) => field))).toEqual([["name"], ["config.guide.name"]]);
    expect(sorted.seeds).toBe("seeds.2");
    expect(sorted.shared.map(({ field }) => field)).toEqual(["config.suite.name", "arms"]);
  });
});
