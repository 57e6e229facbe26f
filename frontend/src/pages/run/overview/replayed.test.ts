import { expect, test } from "vitest";
import type { PlateauReplay } from "../../../api/types";
import { inSentences } from "./replayed";

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
});

test("what came later is told where the training went on", () => {
  const [rose, flat, open] = [true, false, null].map((rose_later) => inSentences(replay([{ ...FOUND, rose_later }])));
  expect(new Set([rose, flat, open]).size).toBe(3);
});

test("nothing found and nothing trained are told apart", () => {
  expect(inSentences(replay([]))).not.toBe(inSentences(replay([], { epochs: 0 })));
});
