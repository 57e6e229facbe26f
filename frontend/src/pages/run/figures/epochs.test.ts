import { expect, it } from "vitest";
import type { Job } from "../../../api/types";
import { boundaries, epochAt, epochCount } from "./epochs";

const job = (id: number, kind: Job["kind"], epochs: number) => ({ id, kind, epochs }) as Job;
const jobs = [job(1, "generalist", 10), job(2, "evaluation", 1), job(3, "specialist", 5), job(9, "finetune", 20)];

it("counts the epochs of the run's own policy one after the other", () => {
  expect(epochCount(jobs)).toBe(30);
  expect(epochAt(jobs, 10)).toMatchObject({ jobId: 1, epoch: 10 });
  expect(epochAt(jobs, 11)).toMatchObject({ jobId: 9, epoch: 1, title: "Fine-tuned generalist, epoch 1" });
  expect(epochAt(jobs, 31)).toBeNull();
  expect(boundaries(jobs)).toEqual([{ value: 11, label: "fine-tuning" }]);
});
