import { describe, expect, it } from "vitest";
import { binsOf } from "./EvidenceBars";
import { approval, assign, below, choose, editsOf, isEdited, resize, shift } from "./edits";

const proposal = { partition: [[3], [2], [7, 9]], specialist_steps: 1000, start: "clone" as const };

describe("the split", () => {
  it("moves a variation and never holds it twice", () => {
    expect(assign(proposal.partition, 3, 1)).toEqual([[], [2, 3], [7, 9]]);
    expect(assign(proposal.partition, 7, null)).toEqual([[3], [2], [9]]);
    expect(assign(proposal.partition, 5, 0)).toEqual([[3, 5], [2], [7, 9]]);
  });

  it("redistributes the variations when the number of specialists changes, losing none", () => {
    expect(resize(proposal.partition, 2)).toEqual([
      [3, 7],
      [2, 9],
    ]);
    expect(resize(proposal.partition, 4)).toEqual([[3], [2], [7], [9]]);
    expect(resize([[1], [2]], 3)).toEqual([[1], [2], []]);
    for (const number of [1, 2, 3, 4]) expect(resize(proposal.partition, number).flat().sort()).toEqual([2, 3, 7, 9]);
  });
});

describe("by numbers and by threshold", () => {
  it("keeps who has a specialist, and gives the others to whoever has least", () => {
    expect(choose(proposal.partition, [2, 3, 4, 5])).toEqual([[3, 5], [2], [4]]);
    expect(choose(proposal.partition, [9])).toEqual([[], [], [9]]);
    expect(choose([], [1])).toEqual([]);
  });

  it("moves a variation to its neighbours, and not beyond them", () => {
    expect(shift(proposal.partition, 2, 1)).toEqual([[3], [], [7, 9, 2]]);
    expect(shift(proposal.partition, 3, -1)).toBe(proposal.partition);
    expect(shift(proposal.partition, 9, 1)).toBe(proposal.partition);
  });

  it("takes what is below a threshold, lowest first", () => {
    const scored = [0.5, 0.1, 0.9].map((mean_return, variation) => ({ variation, mean_return }));
    expect(below(scored, 0.9)).toEqual([1, 0]);
  });
});

describe("the approval", () => {
  it("sends only what was edited", () => {
    const edits = editsOf(proposal);
    expect(isEdited(edits, proposal)).toBe(false);
    expect(approval({ ...edits, specialist_steps: 2000 }, proposal, "why")).toEqual({
      partition: null,
      specialist_steps: 2000,
      start: null,
      reason: "why",
    });
    expect(approval({ ...edits, partition: [[3]] }, proposal, "").partition).toEqual([[3]]);
  });
});

it("puts every score into one of the bins", () => {
  const bins = binsOf([0, 0.3, 0.6, 1, 1].map((score, index) => ({ score, chosen: index < 2 })));
  expect(bins.reduce((sum, bin) => sum + bin.chosen, 0)).toBe(2);
  expect(bins.reduce((sum, bin) => sum + bin.others, 0)).toBe(3);
  expect(bins[9]?.others).toBe(2);
  expect(binsOf([{ score: 1, chosen: false }]).reduce((sum, bin) => sum + bin.others, 0)).toBe(1);
});
