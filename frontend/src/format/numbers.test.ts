import { describe, expect, it } from "vitest";
import { bytes, count, decimal, estimate, many, percent, unitOf } from "./numbers";

describe("count", () => {
  it.each([
    [0, "0"],
    [1200, "1,200"],
    [49_152, "49.2 k"],
    [160_000, "160 k"],
    [999_960, "1.0 M"],
    [2_000_000, "2.0 M"],
    [200_000_000, "200 M"],
    [null, "–"],
    [Number.NaN, "–"],
  ])("%s reads %s", (value, text) => expect(count(value)).toBe(text));
});

describe("decimal", () => {
  it.each([
    [0.4567, "0.46"],
    [-0.001, "0.00"],
    [-0.5, "-0.50"],
    [12.34, "12.3"],
    [345.6, "346"],
    [null, "–"],
  ])("%s reads %s", (value, text) => expect(decimal(value)).toBe(text));
});

it("reads scores with three digits", () => {
  expect([0.84321, -0.0001, 12.34, null].map(estimate)).toEqual(["0.843", "0.000", "12.3", "–"]);
});

it("reads shares, sizes and plurals", () => {
  expect(percent(0.406)).toBe("41 %");
  expect(bytes(0)).toBe("0 B");
  expect(bytes(34_567)).toBe("34.6 kB");
  expect(many(1, "job")).toBe("1 job");
  expect(["rungs", "passes", "minibatches", "s", "steps/s"].map((unit) => unitOf(unit, 1))).toEqual([
    "rung",
    "pass",
    "minibatch",
    "s",
    "steps/s",
  ]);
  expect(unitOf("rungs", 2)).toBe("rungs");
  expect(many(1024, "variation")).toBe("1,024 variations");
});
