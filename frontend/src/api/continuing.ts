import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { components } from "./schema";
import type { Run } from "./types";

export type ContinuationOffer = components["schemas"]["ContinuationOffer"];
export type ContinuedWith = components["schemas"]["ContinuedWith"];
export type Continuation = components["schemas"]["ContinuationPublic"];

/** Whether a run can be continued, from what, and together with which others; asked anew whenever that is looked at. */
export const offerQuery = (run_id: number, wanted: boolean) =>
  queryOptions({
    queryKey: [...keys.run(run_id), "continuation"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/continuation", { params: { path: { run_id } }, signal })),
    enabled: wanted,
  });

export interface More {
  steps: number;
  with_baseline: boolean;
}

/** The total that was seen goes along, so that a second click changes nothing. */
export function useContinue(run: Run, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (more: More): Promise<Run[]> =>
      unwrap(
        api.POST("/api/v1/runs/{run_id}/continue", {
          params: { path: { run_id: run.id } },
          body: { ...more, total_steps: run.total_steps },
        }),
      ),
    onSuccess: (continued) => {
      for (const { id } of continued) client.invalidateQueries({ queryKey: keys.run(id) });
      for (const queryKey of [keys.runs, keys.experiments]) client.invalidateQueries({ queryKey });
      onDone();
    }, // errors are shown in the dialogue
  });
}
