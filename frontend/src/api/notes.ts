import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { ApiError } from "./problem";
import { keys } from "./queries";
import type { NoteVersion, RunSummary } from "./types";

/** Whose notes they are. */
export interface Noted {
  kind: "run" | "experiment";
  id: number;
}

const keyOf = ({ kind, id }: Noted) => (kind === "run" ? keys.run(id) : keys.experiment(id));
const MOST = 50;

/** Versions, newest first. */
export const notesQuery = (noted: Noted) =>
  queryOptions({
    queryKey: [...keyOf(noted), "notes"],
    queryFn: async ({ signal }): Promise<readonly NoteVersion[]> => {
      const query = { limit: MOST };
      if (noted.kind === "run") {
        const path = { run_id: noted.id };
        return (await unwrap(api.GET("/api/v1/runs/{run_id}/notes", { params: { path, query }, signal }))).items;
      }
      const path = { experiment_id: noted.id };
      const asked = api.GET("/api/v1/experiments/{experiment_id}/notes", { params: { path, query }, signal });
      return (await unwrap(asked)).items;
    },
  });

/** Refused if there is a newer version than the one that was seen. */
export function useSaveNotes(noted: Noted) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { text: string; seen: number }) =>
      noted.kind === "run"
        ? unwrap(api.PUT("/api/v1/runs/{run_id}/notes", { params: { path: { run_id: noted.id } }, body }))
        : unwrap(
            api.PUT("/api/v1/experiments/{experiment_id}/notes", {
              params: { path: { experiment_id: noted.id } },
              body,
            }),
          ),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(noted) }),
  });
}

type Named = Pick<RunSummary, "id" | "name">;

async function byNumber(run_id: number, signal: AbortSignal): Promise<Named[]> {
  try {
    return [await unwrap(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id } }, signal }))];
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

/** Runs that @ and this text may mean: the one of that number first, then those that are found by it. */
export const meantQuery = (text: string) =>
  queryOptions({
    queryKey: ["meant", text],
    queryFn: async ({ signal }): Promise<Named[]> => {
      const first = /^\d{1,15}$/.test(text) && Number(text) > 0 ? await byNumber(Number(text), signal) : [];
      const asText = `"${text.replaceAll(/["\\]/g, "\\$&")}"`; // no query, whatever signs it has
      const query = { q: text ? asText : undefined, limit: MOST };
      const found = await unwrap(api.GET("/api/v1/runs", { params: { query }, signal }));
      return [...first, ...found.items.filter((run) => run.id !== first[0]?.id)];
    },
    staleTime: 60_000,
  });
