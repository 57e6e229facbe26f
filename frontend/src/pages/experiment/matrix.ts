import type { RunSummary } from "../../api/types";

/** The runs of an experiment by arm (rows) and seed (columns). */
export interface Matrix {
  seeds: number[];
  arms: { name: string; cells: RunSummary[][] }[];
}

/** Arms in the order in which they came, seeds in theirs; a cell holds several runs when tasks differ. */
export function matrixOf(runs: RunSummary[]): Matrix {
  const ordered = [...runs].sort((one, other) => one.id - other.id);
  const seeds = [...new Set(ordered.map((run) => run.seed))].sort((one, other) => one - other);
  const names = [...new Set(ordered.map((run) => run.arm_name))];
  return {
    seeds,
    arms: names.map((name) => ({
      name,
      cells: seeds.map((seed) => ordered.filter((run) => run.arm_name === name && run.seed === seed)),
    })),
  };
}
