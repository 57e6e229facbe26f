import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Figure } from "plotly.js-cartesian-dist-min";
import type { SizedFigure } from "../plot/figure-query";
import { served } from "./address";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { paths } from "./schema";

/** Which runs are compared, and what makes their groups. */
export interface Chosen {
  runs: number[];
  experiments: number[];
  /** Arms of experiments, such as "4:DAPG". */
  arms: string[];
  by: string;
}

type FigureQuery = NonNullable<paths["/api/v1/comparison/figures/{name}"]["get"]["parameters"]["query"]>;

/** How it is looked at. */
export type Look = Pick<FigureQuery, "metric" | "source" | "axis" | "ours" | "theirs">;
type Measured = Pick<Look, "metric" | "source">;

/** Runs of an experiment change, and those of any comparison with them: one event reaches both. */
const key = (...parts: unknown[]) => [...keys.experiments, "groups", ...parts];

export function groupsQuery(chosen: Chosen, { metric, source }: Measured) {
  const query = { ...chosen, metric, source };
  return queryOptions({
    queryKey: key("comparison", query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/comparison", { params: { query }, signal })),
    placeholderData: keepPreviousData,
    retry: false, // what is chosen may not exist
  });
}

export function groupFiguresQuery(chosen: Chosen) {
  return queryOptions({
    queryKey: key("figures", chosen),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/comparison/figures", { params: { query: chosen }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function groupFigureQuery(name: string, query: FigureQuery) {
  return queryOptions({
    queryKey: key("figure", name, query),
    queryFn: async ({ signal }): Promise<SizedFigure> => {
      const figure = await groupFigure(name, query, signal);
      return { ...figure, drawnFor: query.width };
    },
    placeholderData: keepPreviousData,
  });
}

/** The answer is Plotly's own JSON, which OpenAPI knows only as an object. */
export async function groupFigure(name: string, query: FigureQuery, signal?: AbortSignal): Promise<Figure> {
  const path = { name };
  return (await unwrap(
    api.GET("/api/v1/comparison/figures/{name}", { params: { path, query }, signal }),
  )) as unknown as Figure;
}

export function settingDifferencesQuery(chosen: Chosen) {
  return queryOptions({
    queryKey: key("settings", chosen),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/comparison/settings", { params: { query: chosen }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function groupProvenanceQuery(chosen: Chosen, { ours, theirs }: Look) {
  const query = { ...chosen, ours, theirs };
  return queryOptions({
    queryKey: key("provenance", query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/comparison/provenance", { params: { query }, signal })),
    retry: false, // nothing may be recorded
  });
}

/** Lines of Python for the table and each figure. */
export function notebookQuery(chosen: Chosen, look: Look) {
  const query = { ...chosen, ...look };
  return queryOptions({
    queryKey: key("notebook", query),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/comparison/notebook", { params: { query }, signal })),
  });
}

/** Where the table of a paper is downloaded. */
export function tableAddress(chosen: Chosen, metric: Look["metric"], format: "csv" | "latex"): string {
  const query = new URLSearchParams({ by: chosen.by, metric: metric ?? "score", format });
  for (const name of ["runs", "experiments", "arms"] as const)
    for (const value of chosen[name]) query.append(name, String(value));
  return served(`/api/v1/comparison/table?${query}`);
}
