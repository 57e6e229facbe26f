import type { Gate, PhaseProgress } from "../../api/types";

/** The steps of one cycle; what comes after all cycles is shown with the latest one. */
export function phasesOfCycle(phases: PhaseProgress[], cycle: number, latest: number): PhaseProgress[] {
  const after = ["final_evaluation", "continuation"];
  return phases.filter((step) => (after.includes(step.phase) ? cycle === latest : step.cycle === cycle));
}

/** Where a step is in the run, as a key. */
export const stepKey = ({ phase, cycle, segment }: PhaseProgress) => `${phase}-${cycle}-${segment}`;

/** The gate to look at: the one asked for, else the latest of the cycle, else the latest. */
export function gateToShow(gates: Gate[], asked: number | null, cycle: number): Gate | undefined {
  const newestFirst = [...gates].reverse();
  return (
    newestFirst.find((gate) => gate.id === asked) ?? newestFirst.find((gate) => gate.cycle === cycle) ?? newestFirst[0]
  );
}
