import { describe, expect, it } from "vitest";
import { ago, duration, parseTime } from "./time";

describe("duration", () => {
  it.each([
    [0.4, "0 s"],
    [45, "45 s"],
    [200, "3 min 20 s"],
    [180, "3 min"],
    [7500, "2 h 5 min"],
    [356_400, "4 d 3 h"],
    [null, "–"],
  ])("%s reads %s", (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe("ago", () => {
  const now = new Date("2026-01-02T00:00:00Z");
  it.each([
    ["2026-01-01T23:59:58Z", "just now"],
    ["2026-01-01T23:59:30Z", "30 s ago"],
    ["2026-01-01T23:56:30Z", "3 min ago"],
    ["2026-01-01T20:10:00Z", "3 h ago"],
  ])("%s is %s", (then, text) => expect(ago(parseTime(then), now)).toBe(text));
});

it("takes a time without a zone as UTC", () => {
  expect(parseTime("2026-01-01T12:00:00").toISOString()).toBe("2026-01-01T12:00:00.000Z");
  expect(parseTime("2026-01-01T12:00:00+02:00").toISOString()).toBe("2026-01-01T10:00:00.000Z");
});
