import { expect, it } from "vitest";
import type { RunSummary } from "../../api/types";
import { matrixOf } from "./RunsMatrix";

const run = (id: number, arm_name: string, seed: number) => ({ id, arm_name, seed }) as RunSummary;

it("puts every run where its arm and seed meet", () => {
  const { seeds, arms } = matrixOf([run(4, "b", 0), run(1, "a", 3), run(2, "a", 0), run(9, "a", 0)]);
  expect(seeds).toEqual([0, 3]);
  expect(arms.map(({ name }) => name)).toEqual(["a", "b"]);
  expect(arms.map(({ cells }) => cells.map((cell) => cell.map(({ id }) => id)))).toEqual([
    [[2, 9], [1]],
    [[4], []],
  ]);
});
