import { notifications } from "@mantine/notifications";
import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { link } from "./address";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type WaitingGate = Schemas["WaitingGate"];
export type GatePreview = Schemas["GatePreview"];
export type GateEdits = Schemas["GateEdits"];
export type GateComment = Schemas["GateCommentPublic"];

const complain = (error: Error) =>
  notifications.show({ color: "red", title: "Request failed", message: error.message });

/** Gates of all runs one sees that wait for a decision; a link that shows one run has no inbox. */
export const inboxQuery = queryOptions({
  queryKey: keys.inbox,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/gates", { params: { query: { limit: 200 } }, signal })),
  enabled: !link,
  refetchInterval: 60_000, // a policy's hours begin, and projects change, without an event for everybody
});

/** How many gates wait; 0 while that is not known. */
export const useWaitingCount = (): number => useQuery(inboxQuery).data?.total ?? 0;

/** What an approval with these edits would start, cost and take, as the server plans it. */
export function gatePreviewQuery(run_id: number, gate_id: number, edits: GateEdits) {
  return queryOptions({
    queryKey: [...keys.run(run_id), "gate-preview", gate_id, edits],
    queryFn: ({ signal }) =>
      unwrap(api.POST("/api/v1/runs/{run_id}/gate/preview", { params: { path: { run_id } }, body: edits, signal })),
    placeholderData: keepPreviousData,
    retry: false, // a gate that was decided meanwhile has none
  });
}

/** Comments on all gates of a run, oldest first. */
export function commentsQuery(run_id: number) {
  return queryOptions({
    queryKey: [...keys.run(run_id), "comments"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/comments", { params: { path: { run_id } }, signal })),
    enabled: !link,
  });
}

export function useComment(run_id: number, gate_id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (text: string) =>
      unwrap(
        api.POST("/api/v1/runs/{run_id}/gates/{gate_id}/comments", {
          params: { path: { run_id, gate_id } },
          body: { text },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: commentsQuery(run_id).queryKey }),
    onError: complain,
  });
}

export function useDeleteComment(run_id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (comment_id: number) =>
      unwrap(api.DELETE("/api/v1/runs/{run_id}/comments/{comment_id}", { params: { path: { run_id, comment_id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: commentsQuery(run_id).queryKey }),
    onError: complain,
  });
}
