import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Figure } from "plotly.js-cartesian-dist-min";
import { api, unwrap } from "../api/client";
import { keys } from "../api/queries";
import type { paths } from "../api/schema";

type Query = NonNullable<paths["/api/v1/runs/{run_id}/figures/{name}"]["get"]["parameters"]["query"]>;

export type FigureChoice = Omit<Query, "theme" | "width">;

const FOR_GOOD = { staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY, structuralSharing: false };

/**
 * What draws figures, with Plotly in it: it arrives while a figure's data is fetched, but not before its place is seen.
 * It is asked for like data because React shows what has suspended only 300 ms after its placeholder.
 */
export const drawingQuery = queryOptions({ queryKey: ["drawing"], queryFn: () => import("./Plot"), ...FOR_GOOD });
export const smallDrawingQuery = queryOptions({
  queryKey: ["small-drawing"],
  queryFn: () => import("./SmallPlot"),
  ...FOR_GOOD,
});

/** The figures that the API has of a run, in the order of the page. */
export function runFiguresQuery(runId: number) {
  return queryOptions({
    queryKey: [...keys.run(runId), "figures"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/figures", { params: { path: { run_id: runId } }, signal })),
  });
}

/** A figure, and the width in CSS pixels that it was laid out for. */
export type SizedFigure = Figure & { drawnFor?: number | null };

/** A figure as the API draws it for this theme, width and choice of data. */
export function figureQuery(runId: number, name: string, query: Query) {
  return queryOptions({
    queryKey: [...keys.run(runId), "figures", name, query],
    queryFn: async ({ signal }) => {
      const path = { run_id: runId, name };
      const answer = await unwrap(api.GET("/api/v1/runs/{run_id}/figures/{name}", { params: { path, query }, signal }));
      return sized(answer, query.width);
    },
    placeholderData: keepPreviousData,
  });
}

type ExperimentQuery = NonNullable<
  paths["/api/v1/experiments/{experiment_id}/figures/{name}"]["get"]["parameters"]["query"]
>;

export type ExperimentFigureChoice = Omit<ExperimentQuery, "theme" | "width">;

/** A figure that compares the arms of an experiment. */
export function experimentFigureQuery(id: number, name: string, query: ExperimentQuery) {
  return queryOptions({
    queryKey: [...keys.experiment(id), "figures", name, query],
    queryFn: async ({ signal }) => {
      const path = { experiment_id: id, name };
      const route = "/api/v1/experiments/{experiment_id}/figures/{name}";
      return sized(await unwrap(api.GET(route, { params: { path, query }, signal })), query.width);
    },
    placeholderData: keepPreviousData,
  });
}

/** A figure of a sweep's trials. */
export function sweepFigureQuery(id: number, name: string, query: { theme: "light" | "dark"; width: number }) {
  return queryOptions({
    queryKey: [...keys.experiment(id), "sweep-figures", name, query],
    queryFn: async ({ signal }) => {
      const path = { experiment_id: id, name };
      const route = "/api/v1/experiments/{experiment_id}/sweep/figures/{name}";
      return sized(await unwrap(api.GET(route, { params: { path, query }, signal })), query.width);
    },
    placeholderData: keepPreviousData,
  });
}

/** The answer is Plotly's own JSON, which OpenAPI knows only as an object. */
function sized(answer: object, drawnFor: number | null | undefined): SizedFigure {
  return { ...(answer as Figure), drawnFor };
}

/** A stretch of the horizontal axis that is marked on a figure, beside what the API drew. */
export interface Span {
  from: number;
  to: number;
  name: string;
}

/** The figure with the stretches marked. */
export function withSpans(figure: SizedFigure, spans: Span[] = []): SizedFigure {
  if (spans.length === 0) return figure;
  const { shapes = [], annotations = [] } = (figure.layout ?? {}) as Record<string, object[]>;
  const across = { yref: "y domain", xref: "x" };
  const bands = spans.map(({ from, to }) => ({
    type: "rect", x0: from, x1: to, y0: 0, y1: 1, ...across, fillcolor: "#be4bdb", opacity: 0.18, line: { width: 0 },
  })); // biome-ignore format: Plotly's names
  const names = spans.map(({ to, name }) => ({
    x: to, y: 0, text: name, ...across, showarrow: false, xanchor: "left", yanchor: "bottom",
  })); // biome-ignore format: as above
  const layout = { ...figure.layout, shapes: [...shapes, ...bands], annotations: [...annotations, ...names] };
  return { ...figure, layout };
}
