import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../../api/client";
import { keys } from "../../../api/queries";
import type { components, paths } from "../../../api/schema";
import type { Choice } from "./choice";

export type Charts = components["schemas"]["MetricChartsPublic"];
type Query = NonNullable<paths["/api/v1/runs/{run_id}/metric-charts"]["get"]["parameters"]["query"]>;
export type Look = Pick<Choice, "smoothing" | "scale" | "axis" | "others"> & Pick<Query, "theme" | "width">;

const ask = (runId: number, query: Query, signal: AbortSignal) =>
  unwrap(api.GET("/api/v1/runs/{run_id}/metric-charts", { params: { path: { run_id: runId }, query }, signal }));

/** What the runs report, and their names. */
export function metricsQuery(runId: number, others: number[], theme: Query["theme"]) {
  return queryOptions({
    queryKey: [...keys.run(runId), "metric-charts", "list", others, theme],
    queryFn: ({ signal }) => ask(runId, { with: others, theme }, signal),
    placeholderData: keepPreviousData,
  });
}

/** Charts of some metrics; after the first answer, only the lines of runs that changed are asked for. */
export function chartsQuery(runId: number, names: string[], { others, ...look }: Look) {
  const queryKey = [...keys.run(runId), "metric-charts", names, others, look] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      const known = client.getQueryData<Charts>(queryKey);
      return merged(known, await ask(runId, { name: names, with: others, after: known?.cursor, ...look }, signal));
    },
    placeholderData: keepPreviousData,
  });
}

/** The newer answer, with the known lines of runs that it leaves out. */
export function merged(known: Charts | undefined, news: Charts): Charts {
  const before = new Map(known?.charts.map((chart) => [chart.name, chart.traces]));
  const charts = news.charts.map((chart) => ({ ...chart, traces: { ...before.get(chart.name), ...chart.traces } }));
  return { ...news, charts };
}
