import { expect, test } from "vitest";
import { fromAddress, inAddress, plateauInWords, USUAL, withPlateau } from "./plateau";

const tried = { ...USUAL, window: 41, margin: 0.125, metric: "success" as const };

test("settings of criterion H go through an address unchanged", () => {
  const { rewind: _, ...settings } = tried;
  expect(fromAddress(new URLSearchParams(`from=7&${inAddress(tried)}`))).toEqual(settings);
});

test("an address that has none, or none that can be read, changes nothing", () => {
  expect(fromAddress(new URLSearchParams("from=7"))).toBeNull();
  expect(fromAddress(new URLSearchParams("plateau.window=many&plateau.metric=length&plateau.other=1"))).toBeNull();
  expect(fromAddress(new URLSearchParams("plateau.window="))).toBeNull();
});

test("what can be read of an address counts, beside what cannot", () => {
  const params = new URLSearchParams({
    "plateau.window": "41",
    "plateau.margin": "0",
    "plateau.sigma": "Infinity",
    "plateau.metric": "success",
  });
  expect(fromAddress(params)).toEqual({ window: 41, margin: 0, metric: "success" });
});

test("a configuration gets these settings and keeps all others", () => {
  const config = { seed: 3, plateau: { window: 20, rewind: true } };
  expect(withPlateau(config, { window: 41 })).toEqual({ seed: 3, plateau: { window: 41, rewind: true } });
  expect(withPlateau(config, null)).toBe(config);
});

test("what the form begins with is a plateau's usual settings", () => {
  expect(withPlateau({}, USUAL)).toEqual({ plateau: USUAL });
});

test("settings are told with their units", () => {
  expect(plateauInWords(tried)).toBe(
    "H on success rate with a window of 41 epochs, margin 13 % of the range, smoothing 3, confidence 95 %",
  );
  expect(plateauInWords({ ...USUAL, margin: 0.5, margin_mode: "absolute" })).toContain("margin 0.5,");
});
