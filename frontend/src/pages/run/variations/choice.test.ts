import { expect, test } from "vitest";
import { formatChoice, parseChoice, spanOf, within } from "./choice";

test("a choice becomes text and back, whatever its order", () => {
  expect(formatChoice([18, 2, 0, 1, 1])).toBe("0-2,18");
  expect([...(parseChoice("0-2,18") ?? [])]).toEqual([0, 1, 2, 18]);
});

test("half of a thousand variations stays a short address", () => {
  const text = formatChoice(Array.from({ length: 1024 }, (_, number) => number).filter((number) => number % 4 < 2));
  expect(text.length).toBeLessThan(2_500);
  expect(parseChoice(text)?.size).toBe(512);
});

test("what is no choice chooses nothing", () => {
  for (const text of ["", "a", "1,", "-1", "3-1", "0-99999999999", "1 2"]) expect(parseChoice(text)).toBeNull();
});

test("the span leaves out what was not measured", () => {
  expect(spanOf([null, 0.5, -1, null])).toEqual([-1, 0.5]);
  expect(spanOf([null])).toBeNull();
});

test("the ends of a range belong to it, whatever a slider's steps round", () => {
  expect(within(0.1 + 0.2, 0, 0.3)).toBe(true);
  expect(within(0.31, 0, 0.3)).toBe(false);
  expect(within(null, 0, 1)).toBe(false);
});
