import { expect, it } from "vitest";
import { percent } from "../../format/numbers";
import { verdict, withInterval } from "./intervals";

it("writes an estimate with its interval, where there is one", () => {
  expect(withInterval({ estimate: 0.5, low: 0.25, high: 0.75, seeds: 5 })).toBe("0.500 (0.250 to 0.750), 5 seeds");
  expect(withInterval({ estimate: 0.5, low: null, high: null, seeds: 1 })).toBe("0.500 (1 seed, no interval)");
  expect(withInterval({ estimate: 0.5, low: 0.25, high: 1, seeds: 3 }, percent)).toBe("50 % (25 % to 100 %), 3 seeds");
  expect(withInterval(null)).toBe("–");
});

it("calls a difference one only when its interval leaves out zero", () => {
  expect(verdict({ estimate: 1, low: 0.1, high: 2, seeds: 3 })).toBe("better");
  expect(verdict({ estimate: -1, low: -2, high: -0.1, seeds: 3 })).toBe("worse");
  expect(verdict({ estimate: 1, low: -0.1, high: 2, seeds: 3 })).toBe("open");
  expect(verdict({ estimate: 1, low: null, high: null, seeds: 3 })).toBe("open");
  expect(verdict(null)).toBe("open");
});
