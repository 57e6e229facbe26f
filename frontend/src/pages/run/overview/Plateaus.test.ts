import { expect, test } from "vitest";
import type { Plateau } from "../../../api/types";
import { inWords } from "./Plateaus";

const PLATEAU: Plateau = {
  id: 1,
  job_id: 1,
  start_epoch: 12,
  detected_epoch: 20,
  start_steps: 1200,
  detected_steps: 2000,
  value: 0.5,
  best_later: 0.52,
  rise_bound: 0.04,
  margin: 0.1,
  window: 8,
  metric: "return",
  created_at: "2026-01-01T00:00:00Z",
  rose_later: null,
};

test("a baseline's plateau says whether the curve rose later, another run's nothing", () => {
  expect(inWords({ ...PLATEAU, rose_later: true })).toContain("The curve rose later");
  expect(inWords({ ...PLATEAU, rose_later: false })).toContain("has not risen since");
  expect(inWords(PLATEAU)).not.toMatch(/rose later|risen since/);
});

test("the trend's bound stands only where it was measured", () => {
  expect(inWords(PLATEAU)).toContain("bound of the rise within the window: 0.04.");
  expect(inWords({ ...PLATEAU, rise_bound: null })).not.toContain("bound");
});
