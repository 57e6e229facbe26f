import { notifications } from "@mantine/notifications";
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys, PAGE_SIZE } from "./queries";
import type { BinItem } from "./types";

export const binQuery = (offset: number) =>
  queryOptions({
    queryKey: [...keys.bin, offset],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/bin", { params: { query: { limit: PAGE_SIZE, offset } }, signal })),
    placeholderData: keepPreviousData,
  });

/** What comes and goes with the bin. */
function useBinChange<Input, Output>(mutationFn: (input: Input) => Promise<Output>, onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => {
      onDone?.();
      for (const key of [keys.bin, keys.runs, keys.experiments, keys.projects])
        client.invalidateQueries({ queryKey: key });
    },
    onError: (error: Error) => notifications.show({ color: "red", title: "Request failed", message: error.message }),
  });
}

const run = (run_id: number) => ({ params: { path: { run_id } } });
const experiment = (experiment_id: number) => ({ params: { path: { experiment_id } } });

export const useRestore = () =>
  useBinChange<BinItem, unknown>(({ kind, id }) =>
    kind === "run"
      ? unwrap(api.POST("/api/v1/bin/runs/{run_id}/restore", run(id)))
      : unwrap(api.POST("/api/v1/bin/experiments/{experiment_id}/restore", experiment(id))),
  );

export const usePurge = () =>
  useBinChange<BinItem, unknown>(({ kind, id }) =>
    kind === "run"
      ? unwrap(api.DELETE("/api/v1/bin/runs/{run_id}", run(id)))
      : unwrap(api.DELETE("/api/v1/bin/experiments/{experiment_id}", experiment(id))),
  );

export const useDeleteExperiment = (id: number, onDeleted: () => void) =>
  useBinChange(() => unwrap(api.DELETE("/api/v1/experiments/{experiment_id}", experiment(id))), onDeleted);
