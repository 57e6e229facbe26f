import { describe, expect, it } from "vitest";
import type { Trace } from "../api/videos";
import { pictureAt, pictures, placeOf, returnAfter, thoughtAt, timeOf } from "./steps";

const episode = (first_frame: number, rewards: number[]) => ({
  first_frame,
  length: rewards.length,
  total: 0,
  success: null,
  reward: rewards,
  return: rewards.map((_, at) => rewards.slice(0, at + 1).reduce((sum, one) => sum + one, 0)),
  action: rewards.map((_, at) => at % 2),
  probabilities: rewards.map((_, at) => [at / 10, 1 - at / 10]),
});

const TRACE: Trace = { frame_rate: 8, episodes: [episode(0, [1, 2, 3]), episode(4, [5, 6])] };

describe("pictures of a video", () => {
  it("are one more than the steps of each episode", () => {
    expect(pictures(TRACE)).toBe(7);
  });

  it("show what steps have led to", () => {
    expect(placeOf(TRACE, 0)).toMatchObject({ step: 0, episode: { first_frame: 0 } });
    expect(placeOf(TRACE, 3)).toMatchObject({ step: 3, episode: { first_frame: 0 } });
    expect(placeOf(TRACE, 5)).toMatchObject({ step: 1, episode: { first_frame: 4 } });
    expect(placeOf(TRACE, 99)).toMatchObject({ step: 2, episode: { first_frame: 4 } });
  });

  it("are found again by the time at which they are shown", () => {
    for (const rate of [6, 15, 40, 50])
      for (let picture = 0; picture < 500; picture += 1) expect(pictureAt(timeOf(picture, rate), rate)).toBe(picture);
  });

  it("come with the return so far and the thought about the next step", () => {
    const [before, end] = [placeOf(TRACE, 1), placeOf(TRACE, 3)];
    if (!before || !end) throw new Error("there are such pictures");
    expect([returnAfter(before), returnAfter(end)]).toEqual([1, 6]);
    expect(thoughtAt(before)).toEqual({ numbers: [0.1, 0.9], isProbability: true, chosen: 1 });
    expect(thoughtAt(end).numbers).toEqual([0.2, 0.8]);
  });
});
