import { useMemo } from "react";
import type { Chosen, Look } from "../../api/comparing";
import { useAddress } from "../../routing/useAddress";

const METRICS = ["score", "return", "success"] as const;
const SOURCES = ["evaluation", "held_out"] as const;
const AXES = ["total", "critical"] as const;
const NUMBER = /^[1-9]\d{0,17}$/;
const numbers = (text: string | null) =>
  [...new Set((text ?? "").split(",").filter((id) => NUMBER.test(id)))].map(Number);
const oneOf = <T extends string>(value: string | null, options: readonly T[]): T | undefined =>
  options.find((option) => option === value);

export interface Comparing {
  chosen: Chosen;
  look: Look;
}

/** `runs=1,2&experiments=3&arm=4:DAPG&by=run&ours=…`: what an address says, and defaults for what it leaves out. */
export function fromAddress(params: URLSearchParams): Comparing {
  const named = (name: string) => params.get(name) || undefined;
  return {
    chosen: {
      runs: numbers(params.get("runs")),
      experiments: numbers(params.get("experiments")),
      arms: params.getAll("arm"),
      by: named("by") ?? "arm",
    },
    look: {
      metric: oneOf(params.get("metric"), METRICS) ?? "score",
      source: oneOf(params.get("source"), SOURCES) ?? "evaluation",
      axis: oneOf(params.get("axis"), AXES) ?? "total",
      ours: named("ours"),
      theirs: named("theirs"),
    },
  };
}

const DEFAULTS: Record<string, string> = { by: "arm", metric: "score", source: "evaluation", axis: "total" };

/** The other way round; what is as usual is left out, so that links stay short. */
export function toAddress({ chosen, look }: Comparing): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of ["runs", "experiments"] as const)
    if (chosen[name].length > 0) params.set(name, chosen[name].join(","));
  for (const arm of chosen.arms) params.append("arm", arm);
  for (const [name, value] of Object.entries({ by: chosen.by, ...look }))
    if (value && value !== DEFAULTS[name]) params.set(name, value);
  return params;
}

/** The whole state of the page is its address, so that a link shows the same. */
export function useChosen() {
  const { params, rewrite } = useAddress();
  const state = useMemo(() => fromAddress(params), [params]);
  const set = (next: Comparing) => rewrite(() => toAddress(next));
  return {
    ...state,
    /** Groups have other names afterwards, so the pair is chosen anew. */
    choose: (changes: Partial<Chosen>) =>
      set({ chosen: { ...state.chosen, ...changes }, look: { ...state.look, ours: undefined, theirs: undefined } }),
    lookAt: (changes: Partial<Look>) => set({ ...state, look: { ...state.look, ...changes } }),
  };
}
