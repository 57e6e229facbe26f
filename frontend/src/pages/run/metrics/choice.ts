import { useLocalStorage } from "@mantine/hooks";
import type { components } from "../../../api/schema";
import { useAddress } from "../../../routing/useAddress";

/** Epochs that the smoothing looks back. */
export const MEMORIES = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const MOST_OTHERS = 7;

export interface Choice {
  /** What is searched for in names and meanings. */
  find: string;
  smoothing: number;
  scale: "linear" | "log";
  axis: "total" | "critical";
  others: number[];
  pinned: string[];
}

/** What the address says; pins that it does not name are those that the browser keeps. */
export function read(params: URLSearchParams, kept: string[]): Choice {
  const memory = Number(params.get("smoothing") ?? 0);
  return {
    find: params.get("find") ?? "",
    smoothing: Number.isFinite(memory) ? Math.min(10_000, Math.max(0, memory)) : 0,
    scale: params.get("scale") === "log" ? "log" : "linear",
    axis: params.get("axis") === "critical" ? "critical" : "total",
    others: numbers(params.get("with") ?? ""),
    pinned: params.has("pin") ? params.getAll("pin").filter(Boolean) : kept,
  };
}

/** The address with a change; what is as usual is left out of it, but not that nothing is pinned. */
export function written(old: URLSearchParams, change: Partial<Choice>): URLSearchParams {
  const params = new URLSearchParams(old);
  const set = (name: string, value: string) => (value ? params.set(name, value) : params.delete(name));
  if (change.find !== undefined) set("find", change.find);
  if (change.smoothing !== undefined) set("smoothing", change.smoothing ? String(change.smoothing) : "");
  if (change.scale) set("scale", change.scale === "log" ? "log" : "");
  if (change.axis) set("axis", change.axis === "critical" ? "critical" : "");
  if (change.others) set("with", change.others.join(","));
  if (change.pinned) {
    params.delete("pin");
    for (const name of change.pinned.length ? change.pinned : [""]) params.append("pin", name);
  }
  return params;
}

function numbers(text: string): number[] {
  const ids = text.split(",").map(Number);
  return [...new Set(ids.filter((id) => Number.isSafeInteger(id) && id > 0))].slice(0, MOST_OTHERS);
}

/** How the wall is looked at: in the address, and what is pinned in the browser too. */
export function useChoice() {
  const { params, rewrite } = useAddress();
  const [kept, keep] = useLocalStorage<string[]>({ key: "gsl-pinned-metrics", defaultValue: [] });
  const choose = (change: Partial<Choice>) => {
    if (change.pinned) keep(change.pinned);
    rewrite((now) => written(now, change), { replace: true });
  };
  return { choice: read(params, kept), choose };
}

export type MetricInfo = components["schemas"]["MetricInfo"];

export const GROUPS: { name: MetricInfo["group"] | "pinned"; title: string }[] = [
  { name: "pinned", title: "Pinned" },
  { name: "training", title: "Training" },
  { name: "system", title: "The machine" },
  { name: "other", title: "Reported by plugins" },
];

/** Charts that one request asks for. */
export const PAGE = 12;

/** The metrics that a search finds: pinned ones first, then in the order of their groups. */
export function shown(metrics: MetricInfo[], find: string, pinned: string[]): MetricInfo[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const text = ({ name, title, meaning }: MetricInfo) => `${name} ${title} ${meaning}`.toLowerCase();
  const found = metrics.filter((metric) => words.every((word) => text(metric).includes(word)));
  const first = pinned.map((name) => found.find((metric) => metric.name === name)).filter((metric) => !!metric);
  const places = GROUPS.map(({ name }) => name);
  const rest = found
    .filter((metric) => !pinned.includes(metric.name))
    .sort((a, b) => places.indexOf(a.group) - places.indexOf(b.group));
  return [...first, ...rest];
}

/** The section that a metric stands in. */
export const sectionOf = (metric: MetricInfo, pinned: string[]) =>
  pinned.includes(metric.name) ? "pinned" : metric.group;

/** Metrics in the portions in which their charts are asked for. */
export function portions(metrics: MetricInfo[]): string[][] {
  const names = metrics.map(({ name }) => name);
  return Array.from({ length: Math.ceil(names.length / PAGE) }, (_, place) =>
    names.slice(place * PAGE, (place + 1) * PAGE),
  );
}
