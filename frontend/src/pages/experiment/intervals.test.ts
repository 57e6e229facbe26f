import { expect, it } from "vitest";
import { percent } from "../../format/numbers";
import { verdict, withInterval } from "./intervals";

it("writes an estimate with its interval, where there is one", () => {
  expect(withInterval({ estimate: 0.5, low: 0.25, high: 0.75 })).toBe("0.500 (0.250 to 0.750)");
  expect(withInterval({ estimate: 0.5, low: null, high: null })).toBe("0.500");
  expect(withInterval({ estimate: 0.5, low: 0.25, high: 1 }, percent)).toBe("50 % (25 % to 100 %)");
  expect(withInterval(null)).toBe("–");
});

it("calls a difference one only when its interval leaves out zero", () => {
  expect(verdict({ estimate: 1, low: 0.1, high: 2 })).toBe("better");
  expect(verdict({ estimate: -1, low: -2, high: -0.1 })).toBe("worse");
  expect(verdict({ estimate: 1, low: -0.1, high: 2 })).toBe("open");
  expect(verdict({ estimate: 1, low: null, high: null })).toBe("open");
  expect(verdict(null)).toBe("open");
});
