import { notifications } from "@mantine/notifications";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type ApprovalLinkCreated = Schemas["ApprovalLinkCreated"];
export type Approval = Schemas["ApprovalPublic"];
export type ShareLink = Schemas["ShareLinkPublic"];
export type ShareLinkCreate = Schemas["ShareLinkCreate"];

/** What can be shown by a link. */
export interface Shareable {
  kind: "run" | "experiment";
  id: number;
}

const complain = (error: Error) =>
  notifications.show({ color: "red", title: "Request failed", message: error.message });

/** What the link that opened the page decides. */
export const approvalQuery = queryOptions({
  queryKey: ["approval"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/approval", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Errors are shown where the decision is asked for. */
export const useDecideByLink = () =>
  useMutation({
    mutationFn: (body: Schemas["ApprovalDecision"]) => unwrap(api.POST("/api/v1/approval", { body })),
  });

export const useCreateApprovalLink = (run_id: number) =>
  useMutation({
    mutationFn: (hours: number) =>
      unwrap(api.POST("/api/v1/runs/{run_id}/gate/links", { params: { path: { run_id } }, body: { hours } })),
    onError: complain,
  });

/** What the link that opened the page shows. */
export const sharedQuery = queryOptions({
  queryKey: ["shared"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/shared", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

const keyOf = ({ kind, id }: Shareable) => [...(kind === "run" ? keys.run(id) : keys.experiment(id)), "links"];

export function shareLinksQuery(what: Shareable) {
  return queryOptions({
    queryKey: keyOf(what),
    queryFn: ({ signal }) =>
      unwrap(
        what.kind === "run"
          ? api.GET("/api/v1/runs/{run_id}/links", { params: { path: { run_id: what.id } }, signal })
          : api.GET("/api/v1/experiments/{experiment_id}/links", {
              params: { path: { experiment_id: what.id } },
              signal,
            }),
      ),
  });
}

export function useShare(what: Shareable) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ShareLinkCreate) =>
      unwrap(
        what.kind === "run"
          ? api.POST("/api/v1/runs/{run_id}/links", { params: { path: { run_id: what.id } }, body })
          : api.POST("/api/v1/experiments/{experiment_id}/links", {
              params: { path: { experiment_id: what.id } },
              body,
            }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(what) }),
    onError: complain,
  });
}

export function useRevokeShareLink(what: Shareable) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (link_id: number) => unwrap(api.DELETE("/api/v1/links/{link_id}", { params: { path: { link_id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(what) }),
    onError: complain,
  });
}

const EVERY_MS = 15_000;

/** Ask for everything again from time to time: a link opens no stream that would tell of changes. */
export function useFresh(going: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!going) return;
    const timer = setInterval(() => client.invalidateQueries(), EVERY_MS);
    return () => clearInterval(timer);
  }, [client, going]);
}
