import { describe, expect, it } from "vitest";
import type { Job, VariationReturn } from "../api/types";
import type { CheckpointChoice } from "../api/videos";
import { newestPolicy, usualChoices, worst } from "./choices";

const choice = (id: number, job_key: string, more: Partial<CheckpointChoice> = {}) =>
  ({ id, job_key, job_kind: job_key.split("-")[0], index: 0, main: true, ...more }) as CheckpointChoice;

const CHECKPOINTS = [
  choice(1, "generalist-1", { main: false }),
  choice(2, "generalist-1"),
  choice(3, "specialist-1-1", { index: 1 }),
  choice(4, "specialist-1-2", { index: 2 }),
  choice(5, "finetune-1"),
];
const JOBS = [
  { key: "generalist-1", variations: [0, 1, 2] },
  { key: "specialist-1-1", variations: [0] },
  { key: "specialist-1-2", variations: [2] },
] as unknown as Job[];

describe("policies side by side", () => {
  it("are the generalist, who trained on the variation, and the fine-tuned one", () => {
    expect(usualChoices(CHECKPOINTS, JOBS, 2)).toEqual([2, 4, 5]);
    expect(usualChoices(CHECKPOINTS, JOBS, 1)).toEqual([2, 5]);
    expect(usualChoices([], JOBS, 1)).toEqual([]);
  });

  it("end with what the run has come to", () => {
    expect(newestPolicy(CHECKPOINTS)?.id).toBe(5);
    expect(newestPolicy(CHECKPOINTS.slice(0, 4))?.id).toBe(2);
  });
});

describe("the worst variations", () => {
  const measured = (variation: number, success_rate: number | null, mean_return: number | null) =>
    ({ variation, success_rate, mean_return }) as VariationReturn;

  it("are those with the lowest success, then return", () => {
    const returns = [measured(0, 1, 9), measured(1, 0, 3), measured(2, 0, 1), measured(3, null, null)];
    expect(worst(returns, 2).map((one) => one.variation)).toEqual([2, 1]);
    expect(worst([measured(4, null, 2), measured(5, null, 1)], 9).map((one) => one.variation)).toEqual([5, 4]);
  });
});
