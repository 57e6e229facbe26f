import { expect, it } from "vitest";
import { binned, linesOf, spanOf } from "./usage";

const MINUTE = 60_000;
const NOW = Date.parse("2026-11-28T12:30:20Z");
const use = (processor: number, more: object = {}) => ({
  processor,
  cores: 8,
  memory_used: 2 ** 30,
  memory_total: 4 * 2 ** 30,
  gpus: [],
  steps_per_second: null,
  ...more,
});
const sample = (minutesAgo: number, processor: number) => ({
  at: new Date(Math.floor(NOW / MINUTE) * MINUTE - minutesAgo * MINUTE).toISOString(),
  use: use(processor),
});

it("puts each minute in its place, and leaves gaps where nothing was said", () => {
  const values = binned([sample(61, 9), sample(59, 1), sample(2, 2), sample(0, 3)], (of) => of.processor, 1, 1, NOW);
  expect(values).toHaveLength(60);
  expect(values[0]).toBe(1);
  expect(values.slice(-4)).toEqual([null, 2, null, 3]);
});

it("means over stretches of a longer time", () => {
  const values = binned([sample(4, 1), sample(1, 2), sample(2, 4)], (of) => of.processor, 6, 5, NOW);
  expect(values).toHaveLength(72);
  expect(values.at(-2)).toBeCloseTo(7 / 3);
  expect(values.at(-1)).toBeNull();
});

it("names GPUs by their number only if there are several, and says what is not known", () => {
  const gpu = { name: "H100", memory_used: 2 ** 30, memory_total: 80 * 2 ** 30, use: null };
  const titles = (count: number) => linesOf(use(1, { gpus: Array(count).fill(gpu) }), true).map(({ title }) => title);
  expect(titles(1)).toEqual(["Processor", "Memory", "GPU", "GPU memory", "Speed"]);
  expect(titles(2)).toContain("GPU 2 memory");
  const said = linesOf(use(1.25, { gpus: [gpu], steps_per_second: 1234.5 }), true).map(({ now }) => now);
  expect(said).toEqual(["1.3 of 8 cores", "1.0 of 4.0 GiB", "not told", "1.0 of 80.0 GiB", "1,235 steps/s"]);
  expect(linesOf(use(1), false).every(({ now }) => now === "")).toBe(true);
});

it("takes a span that there is from the address", () => {
  expect(spanOf("24").minutes).toBe(15);
  expect(spanOf("7").hours).toBe(1);
  expect(spanOf(null).hours).toBe(1);
});
