import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { components } from "./schema";

type Schemas = components["schemas"];
/** Pairs become lists in what the client returns. */
export type Trial = Omit<Schemas["TrialPublic"], "points"> & { points: number[][] };
export type Sweep = Omit<Schemas["SweepPublic"], "trials"> & { trials: Trial[] };
export type SweepCreate = Schemas["SweepCreate"];
export type SweepResultsCreate = Schemas["SweepResultsCreate"];

/** Below the experiment's key, so that a change of one of its runs asks again. */
export const sweepQuery = (id: number) =>
  queryOptions({
    queryKey: [...keys.experiment(id), "sweep"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/experiments/{experiment_id}/sweep", { params: { path: { experiment_id: id } }, signal })),
    placeholderData: keepPreviousData,
  });

export const sweepFiguresQuery = (id: number) =>
  queryOptions({
    queryKey: ["figures-of-sweeps", id], // which ones there are never changes
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/experiments/{experiment_id}/sweep/figures", {
          params: { path: { experiment_id: id } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

function useRefresh() {
  const client = useQueryClient();
  return () => {
    for (const queryKey of [keys.experiments, keys.runs]) client.invalidateQueries({ queryKey });
  };
}

/** Errors are shown in the form. */
export function useCreateSweep() {
  return useMutation({
    mutationFn: (body: SweepCreate) => unwrap(api.POST("/api/v1/sweeps", { body })),
    onSuccess: useRefresh(),
  });
}

export function useStopSweep(id: number) {
  return useMutation({
    mutationFn: (cancel_running: boolean) =>
      unwrap(
        api.POST("/api/v1/experiments/{experiment_id}/sweep/stop", {
          params: { path: { experiment_id: id } },
          body: { cancel_running },
        }),
      ),
    onSuccess: useRefresh(),
  });
}

/** Errors are shown in the form. */
export function useLaunchResults(id: number) {
  return useMutation({
    mutationFn: (body: SweepResultsCreate) =>
      unwrap(
        api.POST("/api/v1/experiments/{experiment_id}/sweep/results", {
          params: { path: { experiment_id: id } },
          body,
        }),
      ),
    onSuccess: useRefresh(),
  });
}
