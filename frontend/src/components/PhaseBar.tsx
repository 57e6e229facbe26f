import { Tooltip } from "@mantine/core";
import type { PhaseProgress } from "../api/types";
import { count } from "../format/numbers";
import { PHASE_COLOR, PHASE_LABEL } from "../theme";
import classes from "./PhaseBar.module.css";
import { filled } from "./phase-share";

/** The five phases as a strip of segments: how far each one is. For lists. */
export function PhaseBar({ phases }: { phases: PhaseProgress[] }) {
  return (
    <div className={classes.bar} role="img" aria-label={phases.map(describe).join("; ")}>
      {phases.map((phase) => (
        <Tooltip key={phase.phase} label={describe(phase)}>
          <div className={classes.segment} data-state={phase.state}>
            <div
              className={classes.fill}
              style={{ width: `${filled(phase) * 100}%`, background: colour(phase) }}
              data-active={phase.state === "active"}
            />
          </div>
        </Tooltip>
      ))}
    </div>
  );
}

function colour(phase: PhaseProgress): string {
  return `var(--mantine-color-${phase.state === "failed" ? "red" : PHASE_COLOR[phase.phase]}-6)`;
}

function describe(phase: PhaseProgress): string {
  const steps = phase.budget_steps ? `, ${count(phase.spent_steps)} of ${count(phase.budget_steps)} steps` : "";
  return `${PHASE_LABEL[phase.phase]}: ${phase.state}${steps}`;
}
