import type { Job } from "../../../api/types";

/** One epoch of the run's own policy: which job, which of its epochs. */
export interface PolicyEpoch {
  jobId: number;
  epoch: number;
  title: string;
}

const OWN = new Set<Job["kind"]>(["generalist", "finetune"]);

/** How many epochs the generalist and the fine-tuned generalist have had, one after the other. */
export function epochCount(jobs: Job[]): number {
  return own(jobs).reduce((sum, job) => sum + job.epochs, 0);
}

/** The epoch at a position of the slider, which numbers the epochs of all these jobs from 1. */
export function epochAt(jobs: Job[], place: number): PolicyEpoch | null {
  let before = 0;
  for (const job of own(jobs)) {
    if (place <= before + job.epochs && place > before) {
      const epoch = place - before;
      const who = job.kind === "finetune" ? "Fine-tuned generalist" : "Generalist";
      return { jobId: job.id, epoch, title: `${who}, epoch ${epoch}` };
    }
    before += job.epochs;
  }
  return null;
}

/** Where a later job begins, to mark on the slider. */
export function boundaries(jobs: Job[]): { value: number; label: string }[] {
  let before = 0;
  const marks = [];
  for (const job of own(jobs)) {
    if (before > 0) marks.push({ value: before + 1, label: job.kind === "finetune" ? "fine-tuning" : "continued" });
    before += job.epochs;
  }
  return marks;
}

function own(jobs: Job[]): Job[] {
  return jobs.filter((job) => OWN.has(job.kind) && job.epochs > 0).sort((one, other) => one.id - other.id);
}
