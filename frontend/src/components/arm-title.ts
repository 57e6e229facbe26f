import type { RunSummary } from "../api/types";

const TITLES: Record<RunSummary["arm"], string> = {
  gsl: "GSL",
  generalist: "baseline",
  generalist_low: "baseline on the lowest",
};

/** The arm, with its label in the experiment where that says more. */
export function armTitle(run: Pick<RunSummary, "arm" | "arm_name">): string {
  const title = TITLES[run.arm];
  return run.arm_name && run.arm_name !== run.arm ? `${run.arm_name} (${title})` : title;
}
