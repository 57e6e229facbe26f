import { expect, test } from "vitest";
import { draftWith, EMPTY, inWords, NONE } from "./conditions";

test("conditions are told one by one, and what is one of two as one", () => {
  expect(inWords(NONE)).toEqual([]);
  const hours = [{ days: ["fri" as const], start: 20, end: 6 }];
  expect(
    inWords({ ...NONE, suites: ["forkmaze"], most_specialists: 1, score_below: 0.9, min_gain: 0.02, hours }),
  ).toEqual([
    "the suite is forkmaze",
    "at most 1 specialist",
    "the score is below 0.9 or the last cycle gained at least 0.02",
    "fri from 20 to 6 o'clock (UTC)",
  ]);
});

test("a plateau that was replayed begins a policy, in words as everywhere", () => {
  const { conditions } = draftWith({ window: 41 });
  expect(conditions.plateau).toMatchObject({ window: 41, margin: 0.05, metric: "return" });
  expect(inWords(conditions)[0]).toContain("H on return with a window of 41 epochs");
  expect(draftWith(null)).toBe(EMPTY);
});
