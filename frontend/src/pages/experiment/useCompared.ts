import type { ComparedMetric, ComparedSource } from "../../api/types";
import { useAddress } from "../../routing/useAddress";

export const METRICS: { value: ComparedMetric; label: string }[] = [
  { value: "score", label: "Score" },
  { value: "return", label: "Mean return" },
];

export const SOURCES: { value: ComparedSource; label: string }[] = [
  { value: "evaluation", label: "Training variations" },
  { value: "held_out", label: "Held-out" },
];

/** What is compared and where it was measured: chosen in the URL. */
export function useCompared() {
  const { params, change } = useAddress();
  const read = <T extends string>(name: string, options: { value: T }[], otherwise: T): T =>
    options.find(({ value }) => value === params.get(name))?.value ?? otherwise;
  const set = (name: string) => (value: string) => change({ [name]: value });
  return {
    choice: { metric: read("metric", METRICS, "score"), source: read("source", SOURCES, "evaluation") },
    setMetric: set("metric"),
    setSource: set("source"),
  };
}
