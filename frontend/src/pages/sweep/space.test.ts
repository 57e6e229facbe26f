import { describe, expect, it } from "vitest";
import type { Trial } from "../../api/sweeps";
import {
  byValue,
  choicesOf,
  errorsOf,
  freshSeeds,
  leaves,
  type SearchedRow,
  searchedOf,
  spaceOf,
  valueText,
} from "./space";

const row: SearchedRow = {
  id: 1,
  path: " learner.gamma ",
  type: "float",
  low: "0.9",
  high: "0.99",
  log: false,
  points: "3",
  choices: "",
};

describe("a search space as it is typed", () => {
  it("lists the settings of a configuration", () => {
    expect(leaves({ seed: 0, learner: { name: "ppo", network: { depth: 2 } }, tags: ["a"] })).toEqual([
      "seed",
      "learner.name",
      "learner.network.depth",
      "tags",
    ]);
  });

  it("has points for a grid alone", () => {
    expect(spaceOf([row], true)).toEqual({
      "learner.gamma": { type: "float", low: 0.9, high: 0.99, log: false, choices: [], points: 3 },
    });
    expect(searchedOf(row, false)).not.toHaveProperty("points");
    expect(searchedOf({ ...row, low: "" }, false).low).toBeNull();
  });

  it("reads choices as JSON, and as text if they are none", () => {
    expect(choicesOf("tanh, relu")).toEqual(["tanh", "relu"]);
    expect(choicesOf("0.1, null, true, [1, ")).toEqual([0.1, null, true, "[1"]);
    expect(searchedOf({ ...row, type: "choice", choices: "1,2" }, true)).toEqual({
      type: "choice",
      log: false,
      choices: [1, 2],
    });
  });

  it("finds the errors of a row", () => {
    const errors = [
      { field: "space.learner.gamma.high", message: "too high" },
      { field: "space.learner.gam", message: "no such setting" },
      { field: "space.learner.gamma.choices.1", message: "wrong type" },
    ];
    expect(errorsOf(errors, "learner.gamma")).toEqual({ high: "too high", choices: "wrong type" });
    expect(errorsOf(errors, "learner.gam")).toEqual({ path: "no such setting" });
  });
});

describe("trials", () => {
  it("are sorted by their values, and small values keep their digits", () => {
    const trials = [{ value: 0.2 }, { value: null }, { value: 0.9 }] as Trial[];
    expect(byValue(trials).map((trial) => trial.value)).toEqual([0.9, 0.2, null]);
    expect([valueText(0.000123456), valueText(3), valueText("relu"), valueText(null)]).toEqual([
      "0.000123",
      "3",
      "relu",
      "–",
    ]);
  });

  it("are followed by results on seeds of their own", () => {
    expect(freshSeeds([0, 1])).toBe("100-104");
    expect(freshSeeds([150])).toBe("200-204");
  });
});
