import { describe, expect, it } from "vitest";
import { merged } from "./charts-query";
import { read, shown, written } from "./choice";

const params = (text: string) => new URLSearchParams(text);

describe("read", () => {
  it("takes everything from the address", () => {
    const choice = read(params("find=loss&smoothing=20&scale=log&axis=critical&with=12,13,12,x,-1&pin=entropy"), [
      "kl",
    ]);
    expect(choice).toEqual({
      find: "loss",
      smoothing: 20,
      scale: "log",
      axis: "critical",
      others: [12, 13],
      pinned: ["entropy"],
    });
  });

  it("has pins of the browser where the address names none, and a smoothing that is possible", () => {
    expect(read(params("smoothing=-5"), ["kl"])).toMatchObject({ smoothing: 0, pinned: ["kl"], others: [] });
    expect(read(params("smoothing=much"), []).smoothing).toBe(0);
    expect(read(params("pin="), ["kl"]).pinned).toEqual([]);
  });
});

describe("written", () => {
  it("is read as it was meant, and keeps the rest of the address", () => {
    const change = { find: "a&b", smoothing: 5, scale: "log" as const, others: [3], pinned: ["lr<3e-4>fast"] };
    const next = written(params("tab=training"), change);
    expect(read(next, [])).toMatchObject(change);
    expect(next.get("tab")).toBe("training");
    expect(written(next, { find: "", smoothing: 0, scale: "linear", others: [] }).toString()).toBe(
      "tab=training&pin=lr%3C3e-4%3Efast",
    );
  });
});

describe("shown", () => {
  const info = (name: string, title: string) => ({ name, title, unit: "", meaning: "", group: "training" as const });
  const all = [info("kl", "KL divergence"), info("loss", "Policy loss"), info("entropy", "Entropy")];

  it("has what is pinned first, and every metric once", () => {
    expect(shown(all, "", ["entropy", "gone"]).map(({ name }) => name)).toEqual(["entropy", "kl", "loss"]);
  });

  it("finds words in any order, in names and titles, whatever their case", () => {
    expect(shown(all, "LOSS policy", []).map(({ name }) => name)).toEqual(["loss"]);
    expect(shown(all, "nothing", [])).toEqual([]);
  });
});

describe("merged", () => {
  const answer = (cursor: string, traces: Record<number, object[]>) => ({
    cursor,
    runs: [],
    metrics: [],
    charts: [{ name: "kl", layout: {}, traces }],
  });

  it("keeps the lines of runs that have not changed", () => {
    const known = answer("a", { 1: [{ old: 1 }], 2: [{ old: 2 }] });
    const news = merged(known as never, answer("b", { 1: [{ new: 1 }] }) as never);
    expect(news.charts[0]?.traces).toEqual({ 1: [{ new: 1 }], 2: [{ old: 2 }] });
    expect(news.cursor).toBe("b");
  });
});
