import type { PhaseProgress } from "../api/types";
import { count } from "../format/numbers";
import { PHASE_COLOR, PHASE_LABEL } from "../theme";
import classes from "./PhaseBar.module.css";

/** The steps as a strip of segments: how far each one is. For lists. */
export function PhaseBar({ phases }: { phases: PhaseProgress[] }) {
  return (
    <div className={classes.bar} role="img" aria-label={phases.map(describe).join("; ")}>
      {phases.map((phase) => (
        <div
          key={`${phase.phase}-${phase.cycle}-${phase.segment}`}
          className={classes.segment}
          data-state={phase.state}
          title={describe(phase)}
        >
          <div
            className={classes.fill}
            style={{ width: `${filled(phase) * 100}%`, background: colour(phase) }}
            data-active={phase.state === "active"}
          />
        </div>
      ))}
    </div>
  );
}

function colour(phase: PhaseProgress): string {
  return `var(--mantine-color-${phase.state === "failed" ? "red" : PHASE_COLOR[phase.phase]}-6)`;
}

function describe(phase: PhaseProgress): string {
  const steps = phase.budget_steps ? `, ${count(phase.spent_steps)} of ${count(phase.budget_steps)} steps` : "";
  const cycle = phase.cycle > 1 ? `, cycle ${phase.cycle}` : "";
  return `${PHASE_LABEL[phase.phase]}${cycle}: ${phase.state}${steps}`;
}

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
