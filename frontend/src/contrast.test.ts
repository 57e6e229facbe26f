import { darken, lighten } from "@mantine/core";
import { expect, test } from "vitest";
import { contrast, readable } from "./contrast";

test("contrast is that of WCAG", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 1);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  expect(contrast("#ffffff", "#767676")).toBeCloseTo(4.54, 2);
});

test("a colour changes only as far as it must", () => {
  expect(readable("#333333", "#ffffff", darken)).toBe("#333333");
  for (const [color, behind, change] of [
    ["#fd7e14", "#ffe8cc", darken],
    ["#828282", "#2e2e2e", lighten],
  ] as const) {
    const changed = contrast(readable(color, behind, change), behind);
    expect(changed).toBeGreaterThanOrEqual(4.6);
    expect(changed).toBeLessThan(6);
  }
});
