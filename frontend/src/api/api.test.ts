import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { appended } from "../pages/run/jobs/log-query";
import { ApiError, isWorthRetrying, toApiError } from "./problem";
import { mergeReturns } from "./queries";
import { parseChange } from "./stream";
import { throttleByKey } from "./throttle";
import type { Returns, VariationReturn } from "./types";

describe("problems", () => {
  it("keeps title, detail and fields", () => {
    const error = toApiError(422, { title: "Invalid", detail: "no", errors: [{ field: "a", message: "b" }, "odd"] });
    expect(error).toMatchObject({
      status: 422,
      title: "Invalid",
      detail: "no",
      errors: [{ field: "a", message: "b" }],
    });
  });
  it("reads answers that are no problem details", () =>
    expect(toApiError(502, "bad gateway").message).toBe("bad gateway"));
  it("asks again after an outage only", () => {
    expect(isWorthRetrying(new ApiError(404, "", ""))).toBe(false);
    expect(isWorthRetrying(new ApiError(503, "", ""))).toBe(true);
    expect(isWorthRetrying(new ApiError(0, "", ""))).toBe(true);
  });
});

describe("throttle", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());
  it("acts at once, then once a period, and loses no last call", async () => {
    const seen: number[] = [];
    const { call } = throttleByKey<number>(async (key) => seen.push(key), 1000);
    for (let time = 0; time < 5; time++) call(7);
    call(8);
    expect(seen).toEqual([7, 8]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toEqual([7, 8, 7]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen).toEqual([7, 8, 7]);
  });
  it("waits for what was begun, whether it succeeds or fails", async () => {
    let begun = 0;
    const { call } = throttleByKey<string>(async () => {
      begun += 1;
      await new Promise((_, reject) => setTimeout(reject, 3000));
    }, 1000);
    call("a");
    call("a");
    await vi.advanceTimersByTimeAsync(2999);
    expect(begun).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun).toBe(2);
  });
});

it("reads changes and passes over what is none", () => {
  expect(parseChange('{"what":"epoch","run_id":7}')).toMatchObject({ run_id: 7 });
  expect(parseChange("ping")).toBeNull();
});

it("lays newer estimates over known ones", () => {
  const item = (variation: number, mean_return: number) =>
    ({ source: "training", variation, mean_return }) as VariationReturn;
  const answer = (cursor: number, items: VariationReturn[]): Returns => ({ cursor, items, epochs: [], epoch: null });
  const merged = mergeReturns(answer(1, [item(0, 1), item(1, 1)]), answer(2, [item(1, 5)]));
  expect(merged.cursor).toBe(2);
  expect(merged.items.map(({ mean_return }) => mean_return)).toEqual([1, 5]);
});

it("takes whole lines of a log, so that no character is cut in two", () => {
  const bytes = new TextEncoder().encode("höhe\nnoch");
  const log = appended({ text: "", offset: 0 }, bytes.slice(0, 8).buffer);
  expect(log).toEqual({ text: "höhe\n", offset: 6 });
});

it("every query passes its abort signal on", () => {
  const sources: Record<string, string> = import.meta.glob("../**/*.{ts,tsx}", {
    query: "?raw",
    import: "default",
    eager: true,
  });
  const without = Object.entries(sources).flatMap(([file, text]) =>
    text
      .split("queryFn:")
      .slice(1)
      .filter((rest) => !rest.startsWith(" () => import(")) // which nothing can stop
      .filter((rest) => !rest.slice(0, rest.search(/,\n {2,}\w+:|\n {2,4}\}/)).includes("signal"))
      .map(() => file),
  );
  expect(Object.keys(sources).length).toBeGreaterThan(100);
  expect(without).toEqual([]);
});
