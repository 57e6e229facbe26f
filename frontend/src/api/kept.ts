import { notifications } from "@mantine/notifications";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { PlateauDefaultStore, RunViewStore } from "./types";

/** What people keep by name: views of the list of runs, and defaults of criterion H. */
const VIEWS = ["run-views"] as const;
const PLATEAUS = ["plateau-defaults"] as const;

export const viewsQuery = queryOptions({
  queryKey: VIEWS,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/run-views", { signal })),
});

export const plateauDefaultsQuery = queryOptions({
  queryKey: PLATEAUS,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/plateau-defaults", { signal })),
});

export function showRefusal(error: Error): void {
  notifications.show({ color: "red", title: "Request failed", message: error.message });
}

/** Keeps or deletes one, and asks for the list again. */
function useChange<Asked>(queryKey: readonly string[], mutationFn: (asked: Asked) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey }),
    onError: showRefusal,
  });
}

export const useStoreView = () =>
  useChange(VIEWS, (body: RunViewStore) => unwrap(api.PUT("/api/v1/run-views", { body })));

export const useDeleteView = () =>
  useChange(VIEWS, (view_id: number) =>
    unwrap(api.DELETE("/api/v1/run-views/{view_id}", { params: { path: { view_id } } })),
  );

export const useStorePlateauDefault = () =>
  useChange(PLATEAUS, (body: PlateauDefaultStore) => unwrap(api.PUT("/api/v1/plateau-defaults", { body })));

export const useDeletePlateauDefault = () =>
  useChange(PLATEAUS, (default_id: number) =>
    unwrap(api.DELETE("/api/v1/plateau-defaults/{default_id}", { params: { path: { default_id } } })),
  );
