import type { Gate, Job, Phase, PhaseProgress } from "../../api/types";

/** The phases of one cycle. With a single cycle they are the run's; otherwise its own jobs say what was spent. */
export function phasesOfCycle(phases: PhaseProgress[], jobs: Job[], cycle: number, latest: number): PhaseProgress[] {
  if (latest <= 1) return phases;
  return phases.map((phase) => {
    const own = jobs.filter((job) => job.cycle === cycle && job.phase === phase.phase);
    const sums = { spent_steps: sum(own, "steps"), budget_steps: sum(own, "budget_steps") };
    if (cycle < latest) return { ...phase, ...sums, state: past(phase.phase, jobs, cycle), eta_seconds: null };
    if (own.length > 0) return { ...phase, ...sums };
    // What is still to come is as planned; a later cycle starts from the fine-tuned policy and trains no generalist.
    return phase.state === "done" && phase.phase !== "gate" ? { ...phase, ...sums, state: "skipped" } : phase;
  });
}

function past(phase: Phase, jobs: Job[], cycle: number): PhaseProgress["state"] {
  const shown: Phase = phase === "gate" ? "specialists" : phase; // a gate has no jobs: specialists came through it
  return jobs.some((job) => job.cycle === cycle && job.phase === shown) ? "done" : "skipped";
}

const sum = (jobs: Job[], name: "steps" | "budget_steps") => jobs.reduce((total, job) => total + job[name], 0);

/** The gate to look at: the one asked for, else the latest of the cycle, else the latest. */
export function gateToShow(gates: Gate[], asked: number | null, cycle: number): Gate | undefined {
  const newestFirst = [...gates].reverse();
  return (
    newestFirst.find((gate) => gate.id === asked) ?? newestFirst.find((gate) => gate.cycle === cycle) ?? newestFirst[0]
  );
}
