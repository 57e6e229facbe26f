import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { ComparedMetric, ComparedSource, RunSummary } from "./types";

const MOST = 200; // of one page of the API

/** Everyone's, or those of one account or project. */
export const experimentsQuery = (owner?: string, project_id?: number) =>
  queryOptions({
    queryKey: [...keys.experiments, "list", owner, project_id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/experiments", { params: { query: { owner, project_id, limit: MOST } }, signal })),
  });

/** Those whose name or description has this text, newest first. */
export const foundExperimentsQuery = (q: string) =>
  queryOptions({
    queryKey: [...keys.experiments, "found", q],
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET("/api/v1/experiments", { params: { query: { q: q || undefined, limit: 10 } }, signal })))
        .items,
  });

export function experimentQuery(id: number) {
  return queryOptions({
    queryKey: keys.experiment(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/experiments/{experiment_id}", { params: { path: { experiment_id: id } }, signal })),
  });
}

/** All runs of an experiment, oldest first. */
export function experimentRunsQuery(id: number) {
  return queryOptions({
    queryKey: [...keys.experiment(id), "runs"],
    queryFn: async ({ signal }) => {
      const runs: RunSummary[] = [];
      for (;;) {
        const query = { experiment_id: id, sort: "created_at", limit: MOST, offset: runs.length } as const;
        const page = await unwrap(api.GET("/api/v1/runs", { params: { query }, signal }));
        runs.push(...page.items);
        if (page.items.length === 0 || runs.length >= page.total) return runs;
      }
    },
  });
}

export interface ComparisonChoice {
  metric?: ComparedMetric;
  source?: ComparedSource;
}

export function comparisonQuery(id: number, choice: ComparisonChoice) {
  return queryOptions({
    queryKey: [...keys.experiment(id), "comparison", choice],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/experiments/{experiment_id}/comparison", {
          params: { path: { experiment_id: id }, query: choice },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

export function experimentFiguresQuery(id: number) {
  return queryOptions({
    queryKey: ["figures-of-experiments", id], // which ones there are never changes
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/experiments/{experiment_id}/figures", { params: { path: { experiment_id: id } }, signal }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
