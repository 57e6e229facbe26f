import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../api/client";
import { ApiError } from "../../api/problem";
import type { RunCreate } from "../../api/types";

/** What the configuration's budget means, asked for when typing pauses; its refusals are the form's errors. */
export function usePreview(config: Record<string, unknown>, checkpoint?: number) {
  const [settled] = useDebouncedValue(config, 400);
  const query = useQuery({
    queryKey: ["preview", settled, checkpoint],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST("/api/v1/runs/preview", { body: asBody({ config: settled, checkpoint_id: checkpoint }), signal }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  });
  const refused = query.error instanceof ApiError && query.error.status === 422 ? query.error : null;
  return {
    preview: query.data,
    refused,
    outage: query.error && !refused ? query.error : null,
    stale: settled !== config || query.isFetching || Boolean(query.error),
  };
}

const EMPTY: RunCreate = {
  name: "",
  arm_name: "",
  preset: null,
  config: {},
  experiment_id: null,
  notes: "",
  tags: [],
  priority: 0,
  worker_label: "",
};

export const asBody = (parts: Partial<RunCreate>): RunCreate => ({ ...EMPTY, ...parts });
