import { notifications } from "@mantine/notifications";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { served } from "./address";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { components } from "./schema";
import { hasEnded } from "./types";

export type Video = components["schemas"]["VideoPublic"];
export type VideoAsk = components["schemas"]["VideoAsk"];
export type VideoChoices = components["schemas"]["VideoChoices"];
export type CheckpointChoice = components["schemas"]["CheckpointChoice"];

/** What happened in one episode, as columns with an entry for each step; what the policy thought is one of two. */
export interface Episode {
  first_frame: number;
  length: number;
  total: number | null;
  success: boolean | null;
  reward: (number | null)[];
  return: (number | null)[];
  action: (number | number[])[];
  probabilities?: number[][];
  mean?: number[][];
}

export interface Trace {
  frame_rate: number;
  episodes: Episode[];
}

const MOST = 200; // that the API lists at once

export const contentOf = (artifact: number) => served(`/api/v1/artifacts/${artifact}/content`);

export const videoChoicesQuery = (id: number) =>
  queryOptions({
    queryKey: [...keys.run(id), "video-choices"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/video-choices", { params: { path: { run_id: id } }, signal })),
  });

/** Videos of a run, newest first: of one variation, or of one checkpoint. While some are being made, it looks again. */
export const videosQuery = (id: number, of: { variation?: number; checkpoint_sha256?: string }) =>
  queryOptions({
    queryKey: [...keys.run(id), "videos", of],
    queryFn: ({ signal }) => {
      const params = { path: { run_id: id }, query: { ...of, limit: MOST } };
      return unwrap(api.GET("/api/v1/runs/{run_id}/videos", { params, signal }));
    },
    refetchInterval: ({ state }) => (state.data?.items.some((one) => !hasEnded(one.status)) ? 2_000 : false),
  });

export const traceQuery = (artifact: number | null) =>
  queryOptions({
    queryKey: ["trace", artifact],
    queryFn: ({ signal }): Promise<Trace> => {
      const path = { artifact_id: artifact ?? 0 };
      const asked = api.GET("/api/v1/artifacts/{artifact_id}/content", { params: { path }, parseAs: "json", signal });
      return unwrap(asked) as Promise<unknown> as Promise<Trace>;
    },
    enabled: artifact !== null,
    staleTime: Number.POSITIVE_INFINITY, // a stored file never changes
  });

function useVideoMutation(runId: number) {
  const client = useQueryClient();
  return {
    onSuccess: () => client.invalidateQueries({ queryKey: [...keys.run(runId), "videos"] }),
    onError: (error: Error) => notifications.show({ color: "red", title: "No video", message: error.message }),
  };
}

/** Asks for videos, one after the other; those that there are already cost nothing, and one that failed is tried again. */
export function useAskForVideos(runId: number) {
  return useMutation({
    mutationFn: async (asked: VideoAsk[]) => {
      for (const body of asked)
        await unwrap(api.POST("/api/v1/runs/{run_id}/videos", { params: { path: { run_id: runId } }, body }));
    },
    ...useVideoMutation(runId),
  });
}

export function useCancelVideo(runId: number) {
  return useMutation({
    mutationFn: (id: number) => {
      const path = { run_id: runId, video_id: id };
      return unwrap(api.POST("/api/v1/runs/{run_id}/videos/{video_id}/cancel", { params: { path } }));
    },
    ...useVideoMutation(runId),
  });
}
