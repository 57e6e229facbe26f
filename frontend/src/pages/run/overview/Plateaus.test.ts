import { expect, test } from "vitest";
import type { Plateau, PlateauReplay } from "../../../api/types";
import { caution, inSentences, inWords } from "./Plateaus";

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
  const [rose, flat, other] = [true, false, null].map((rose_later) => inWords({ ...PLATEAU, rose_later }));
  expect(new Set([rose, flat, other]).size).toBe(3);
  for (const text of [rose, flat]) expect(text?.startsWith(String(other))).toBe(true);
});

test("the trend's bound stands only where it was measured", () => {
  expect(inWords(PLATEAU)).toContain("0.04");
  expect(inWords({ ...PLATEAU, rise_bound: null })).not.toContain("0.04");
});

test("a plateau that covers little of the run calls for caution", () => {
  expect(caution(PLATEAU, 8000)).toContain("10 %");
  expect(caution(PLATEAU, 4000)).toBeUndefined();
});

const FOUND = {
  start_epoch: 10, detected_epoch: 20, start_steps: 1000, detected_steps: 2000, value: 1, best_later: 1.1,
  rise_bound: 0.1, margin: 0.2, window: 10, rose_later: null,
}; // biome-ignore format: one row of numbers
const REPLAY = { settings: {}, epochs: 50, steps: 5000, total_steps: 10000, by_variation: false } as unknown;
const replay = (detections: object[], more = {}) => ({ ...(REPLAY as object), detections, ...more }) as PlateauReplay;

test("a replay is compared with what the run did", () => {
  expect(inSentences(replay([FOUND]), 3000)).toContain("earlier");
  expect(inSentences(replay([FOUND]), 1500)).toContain("later");
  expect(inSentences(replay([FOUND]), 2000)).toContain("as it did");
  expect(inSentences(replay([FOUND]))).toContain("20 %");
  expect(inSentences(replay([FOUND]))).toContain("leaves 8,000 steps (80 %)");
});

test("what came later is told where the training went on", () => {
  const [rose, flat, open] = [true, false, null].map((rose_later) => inSentences(replay([{ ...FOUND, rose_later }])));
  expect(new Set([rose, flat, open]).size).toBe(3);
});

test("nothing found and nothing trained are told apart", () => {
  expect(inSentences(replay([]))).not.toBe(inSentences(replay([], { epochs: 0 })));
});
