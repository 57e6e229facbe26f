import { describe, expect, it } from "vitest";
import { nextSteps, trainingOf, trainingText } from "./training";

const terms = { epoch_steps: 4096, episode_steps: 30, evaluation_episodes: 5, rungs: 1 };

describe("what a specialist trains", () => {
  it("is whole epochs beside what its last evaluation keeps", () => {
    expect(trainingOf(20_000, 1, terms)).toEqual({ budget: 20_000, trained: 16_384, kept: 150 });
    expect(trainingOf(20_000, 1, { ...terms, episode_steps: 1000 })).toEqual({
      budget: 20_000,
      trained: 12_288,
      kept: 4000,
    });
    expect(trainingOf(20_000, 1, { ...terms, rungs: 2 }).trained).toBe(8192);
    expect(trainingOf(100, 1, terms).trained).toBe(0);
  });

  it("grows by an epoch at the next number and not before", () => {
    for (const episode_steps of [30, 400, 3000]) {
      for (const variations of [1, 3]) {
        const at = { ...terms, episode_steps };
        const next = nextSteps(20_000, variations, at);
        expect(trainingOf(next, variations, at).trained).toBe(trainingOf(20_000, variations, at).trained + 4096);
        expect(trainingOf(next - 1, variations, at).trained).toBe(trainingOf(20_000, variations, at).trained);
      }
    }
  });

  it("is described with its numbers", () => {
    const text = trainingText(20_000, 1, terms);
    for (const number of ["16,384", "4,096", "150", "20,630"]) expect(text).toContain(number);
  });
});
