import type { PhaseProgress } from "../api/types";

/** How much of a phase is behind it, 0 to 1. A phase that ended is full, whatever it spent. */
export function filled(phase: PhaseProgress): number {
  if (phase.state === "done" || phase.state === "failed") return 1;
  if (phase.state !== "active") return 0;
  if (phase.budget_steps <= 0) return 0.5;
  return Math.min(1, Math.max(0.04, phase.spent_steps / phase.budget_steps));
}

/** How much of a run's steps are spent, 0 to 1. */
export function spentShare(run: { spent_steps: number; total_steps: number }): number {
  return run.total_steps > 0 ? Math.min(1, run.spent_steps / run.total_steps) : 0;
}
