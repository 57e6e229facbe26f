import { notifications } from "@mantine/notifications";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Policy = Schemas["PolicyPublic"];
export type PolicyStore = Schemas["PolicyStore"];
export type Conditions = Schemas["PolicyConditions"];
export type DryRun = Schemas["DryRunPublic"];
export type DryRunGate = Schemas["DryRunGate"];

const KEY = ["policies"] as const;

export const policiesQuery = queryOptions({
  queryKey: KEY,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/policies", { signal })),
});

/** Errors are shown in the form. */
export function useStorePolicy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: PolicyStore) => unwrap(api.POST("/api/v1/policies", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

export function useDisablePolicy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, disabled }: { name: string; disabled: boolean }) =>
      unwrap(api.PATCH("/api/v1/policies/{name}", { params: { path: { name } }, body: { disabled } })),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
    onError: (error: Error) => notifications.show({ color: "red", title: "Request failed", message: error.message }),
  });
}

/** What the conditions would have decided at past gates; nothing is decided or stored. */
export const useDryRun = () =>
  useMutation({
    mutationFn: (conditions: Conditions) =>
      unwrap(api.POST("/api/v1/policies/dry-run", { body: { conditions, limit: 100 } })),
  });
