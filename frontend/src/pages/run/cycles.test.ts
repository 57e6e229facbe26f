import { describe, expect, it } from "vitest";
import type { Gate, Job, PhaseProgress } from "../../api/types";
import { gateToShow, phasesOfCycle } from "./cycles";

const job = (cycle: number, phase: Job["phase"], steps: number) => ({ cycle, phase, steps, budget_steps: 100 }) as Job;
const phase = (name: PhaseProgress["phase"], state: PhaseProgress["state"]): PhaseProgress => ({
  phase: name,
  state,
  budget_steps: 500,
  spent_steps: 300,
  eta_seconds: 9,
});

const phases = [phase("generalist", "done"), phase("gate", "active"), phase("specialists", "pending")];
const jobs = [job(1, "generalist", 80), job(1, "specialists", 40), job(1, "specialists", 60), job(2, "generalist", 20)];

describe("phases of a cycle", () => {
  it("are the run's while there is one cycle", () => expect(phasesOfCycle(phases, jobs, 1, 1)).toBe(phases));
  it("are over and counted by their jobs in an earlier cycle", () => {
    const shown = phasesOfCycle(phases, jobs, 1, 2);
    expect(shown.map(({ state, spent_steps, budget_steps }) => [state, spent_steps, budget_steps])).toEqual([
      ["done", 80, 100],
      ["done", 0, 0],
      ["done", 100, 200],
    ]);
    expect(shown[0]?.eta_seconds).toBeNull();
  });
  it("keep state and plan in the latest cycle", () => {
    const shown = phasesOfCycle(phases, jobs, 2, 2);
    expect(shown[0]).toMatchObject({ state: "done", spent_steps: 20, eta_seconds: 9 });
    expect(shown[2]).toBe(phases[2]);
  });
  it("has no generalist to train once the fine-tuned policy is one", () => {
    const [generalist] = phasesOfCycle(phases, jobs.slice(0, 3), 2, 2);
    expect(generalist).toMatchObject({ state: "skipped", spent_steps: 0 });
  });
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
