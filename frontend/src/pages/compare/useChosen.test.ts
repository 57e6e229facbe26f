import { describe, expect, it } from "vitest";
import { fromAddress, toAddress } from "./useChosen";

const read = (address: string) => fromAddress(new URLSearchParams(address));

describe("the address of a comparison", () => {
  it("names runs, experiments and arms, and how they are looked at", () => {
    const { chosen, look } = read("runs=1,2,3&experiments=4&arm=5:a,b&by=setting:learner.gamma&metric=return&ours=x");
    expect(chosen).toEqual({ runs: [1, 2, 3], experiments: [4], arms: ["5:a,b"], by: "setting:learner.gamma" });
    expect(look).toEqual({ metric: "return", source: "evaluation", axis: "total", ours: "x", theirs: undefined });
  });

  it("forgets what is no number, and what is named twice", () => {
    expect(read("runs=1,one,,1,-3,0").chosen.runs).toEqual([1]);
  });

  it("falls back where a choice does not exist", () => {
    expect(read("metric=luck&axis=up").look).toMatchObject({ metric: "score", axis: "total" });
  });

  it("reads what it writes", () => {
    const address =
      "runs=7&experiments=1,2&arm=3:%3Cb%3E&by=run&metric=return&source=held_out&axis=critical&ours=a&theirs=b";
    expect(read(toAddress(read(address)).toString())).toEqual(read(address));
  });

  it("leaves out what is as usual", () => {
    expect(toAddress(read("runs=1,2&by=arm&metric=score")).toString()).toBe("runs=1%2C2");
  });
});
