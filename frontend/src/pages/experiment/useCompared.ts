import { useSearchParams } from "react-router";
import type { ComparedMetric, ComparedSource } from "../../api/types";

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
  const [params, setParams] = useSearchParams();
  const read = <T extends string>(name: string, options: { value: T }[], otherwise: T): T =>
    options.find(({ value }) => value === params.get(name))?.value ?? otherwise;
  const set = (name: string) => (value: string) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.set(name, value);
        return next;
      },
      { preventScrollReset: true },
    );
  return {
    choice: { metric: read("metric", METRICS, "score"), source: read("source", SOURCES, "evaluation") },
    setMetric: set("metric"),
    setSource: set("source"),
  };
}
