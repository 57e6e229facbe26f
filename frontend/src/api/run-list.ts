import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { showRefusal } from "./kept";
import { keys, type RunsFilter } from "./queries";
import type { RunsChange, RunsRow } from "./types";

/** Rows that are asked for at once: more than a screen shows, whichever of the first `STEP` is on top. */
export const WINDOW = 80;
export const STEP = 40;

/** The runs from here on. */
export function runsQuery(filter: RunsFilter, offset: number) {
  const query = { ...filter, status: filter.status as never, limit: WINDOW, offset };
  return queryOptions({
    queryKey: [...keys.listedRuns, filter, offset],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/runs", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** Whether the runs of an experiment are one row, and the experiments whose runs follow it. */
export interface Grouping {
  byExperiment: boolean;
  opened: readonly number[];
}

/** The rows from here on: each a run or, if they are grouped, an experiment. */
export function runRowsQuery(filter: RunsFilter, { byExperiment, opened }: Grouping, offset: number) {
  const query = { ...filter, status: filter.status as never, limit: WINDOW, offset };
  return queryOptions({
    queryKey: [...keys.listedRuns, "rows", filter, byExperiment && opened, offset],
    queryFn: async ({ signal }) => {
      if (byExperiment) {
        const params = { query: { ...query, open: [...opened] } };
        return unwrap(api.GET("/api/v1/runs/by-experiment", { params, signal }));
      }
      const page = await unwrap(api.GET("/api/v1/runs", { params: { query }, signal }));
      return { ...page, items: page.items.map((run): RunsRow => ({ run, experiment: null })), runs: page.total };
    },
    placeholderData: keepPreviousData,
  });
}

/** How many runs there are, asked for by pages that teach whoever has none or one; a list itself says it, too. */
export const runCountQuery = queryOptions({
  queryKey: ["run-count"],
  queryFn: async ({ signal }) => {
    return (await unwrap(api.GET("/api/v1/runs", { params: { query: { limit: 1 } }, signal }))).total;
  },
  refetchOnMount: "always",
});

/** What columns can show and the list can be sorted by. */
export const runFieldsQuery = queryOptions({
  queryKey: ["run-fields"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/runs/fields", { signal })),
  staleTime: 60_000,
});

/** How a query goes on at the cursor. */
export function completionsQuery(q: string, at: number) {
  return queryOptions({
    queryKey: ["run-query-completions", q, at],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/runs/completions", { params: { query: { q, at } }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}

/** One change of many runs; the answer says of each what happened. */
export function useChangeRuns() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: RunsChange) => unwrap(api.POST("/api/v1/runs/changes", { body })),
    onSettled: () => {
      for (const queryKey of [keys.runs, ["run"], keys.bin, keys.experiments]) client.invalidateQueries({ queryKey });
    },
    onError: showRefusal,
  });
}
