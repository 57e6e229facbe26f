import { describe, expect, it } from "vitest";
import type { Gate, PhaseProgress } from "../../api/types";
import { gateToShow, phasesOfCycle, stepKey } from "./cycles";

const step = (phase: PhaseProgress["phase"], cycle: number, segment = 1) =>
  ({ phase, cycle, segment }) as PhaseProgress;

describe("steps of a cycle", () => {
  const steps = [
    step("generalist", 1),
    step("gate", 1),
    step("generalist", 1, 2),
    step("gate", 2),
    step("final_evaluation", 3),
  ];
  const keys = (cycle: number, latest: number) => phasesOfCycle(steps, cycle, latest).map(stepKey);
  it("are those of its segments", () => expect(keys(1, 2)).toEqual(["generalist-1-1", "gate-1-1", "generalist-1-2"]));
  it("end with the last evaluation in the latest cycle", () =>
    expect(keys(2, 2)).toEqual(["gate-2-1", "final_evaluation-3-1"]));
});

describe("the gate that is shown", () => {
  const gates = [
    { id: 1, cycle: 1 },
    { id: 2, cycle: 1 },
    { id: 5, cycle: 2 },
  ] as Gate[];
  it("is the one asked for, else the cycle's latest, else the latest", () => {
    expect(gateToShow(gates, 1, 2)?.id).toBe(1);
    expect(gateToShow(gates, null, 1)?.id).toBe(2);
    expect(gateToShow(gates, 77, 9)?.id).toBe(5);
    expect(gateToShow([], null, 1)).toBeUndefined();
  });
});
