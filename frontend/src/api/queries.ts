import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { paths } from "./schema";
import type { Returns, Run, Source, VariationReturn } from "./types";

/** Keys start with what an event names, so that one invalidation reaches all that shows it. */
export const keys = {
  runs: ["runs"] as const,
  listedRuns: ["runs", "listed"] as const,
  waitingRuns: ["runs", "waiting"] as const,
  inbox: ["inbox"] as const,
  run: (id: number) => ["run", id] as const,
  session: ["session"] as const,
  accounts: ["accounts"] as const,
  projects: ["projects"] as const,
  bin: ["bin"] as const,
  workers: ["workers"] as const,
  experiments: ["experiments"] as const,
  experiment: (id: number) => ["experiments", id] as const,
};

export interface RunsFilter {
  q?: string;
  status?: string;
  tag?: string;
  suite?: string;
  owner?: string;
  project_id?: number;
  sort?: string;
  columns?: string[];
}

export const PAGE_SIZE = 50;

/** While something waits or starts, what it says depends on other runs and on the clock, of which no event tells. */
const whileActive = (items: { activity: string }[] = []) => (items.some((item) => item.activity) ? 4_000 : false);

export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/health", { signal })),
  retry: false, // that the server is away is news; it is asked again soon enough
  refetchInterval: 4_000, // the server looks at itself as often
});

/** Who is signed in; asked again when an answer says that nobody is. */
export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/session", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false, // while it is unknown nothing is shown, not even what is wrong with the server
});

/** Whether the server does not answer, so that what is shown may be out of date. */
export const useServerAway = () => useQuery(healthQuery).isError;

export const presetsQuery = queryOptions({
  queryKey: ["presets"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/presets", { signal })),
});

export const suitesQuery = queryOptions({
  queryKey: [...keys.workers, "suites"], // who can run a suite changes as workers come and go
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/suites", { signal })),
});

/** Those of an account that changed last. */
export const runsOfQuery = async (owner: string, signal: AbortSignal) => {
  const query = { owner, sort: "-updated_at" as const, limit: 20 };
  return (await unwrap(api.GET("/api/v1/runs", { params: { query }, signal }))).items;
};

const MOST_GATES = 100; // that the API approves at once

/** Runs, of those that the filter finds, that wait for a decision at their gates. */
export function waitingQuery({ sort: _sort, columns: _columns, ...filter }: RunsFilter) {
  const query = { ...filter, status: ["awaiting_approval" as const], offset: 0, limit: MOST_GATES };
  return queryOptions({
    queryKey: [...keys.waitingRuns, filter],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/runs", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function runQuery(id: number) {
  return queryOptions({
    queryKey: keys.run(id),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id: id } }, signal })),
    refetchInterval: ({ state }) => whileActive(state.data && [state.data]),
  });
}

export function jobsQuery(id: number) {
  return queryOptions({
    queryKey: [...keys.run(id), "jobs"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/jobs", { params: { path: { run_id: id } }, signal })),
    refetchInterval: ({ state }) => whileActive(state.data),
  });
}

/** What led to what in a run. */
export function treeQuery(run: Pick<Run, "id" | "activity">) {
  return queryOptions({
    queryKey: [...keys.run(run.id), "tree"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/tree", { params: { path: { run_id: run.id } }, signal })),
    refetchInterval: whileActive([run]),
  });
}

/** All gates of a run, oldest first; none before the first plateau. */
export function gatesQuery(id: number) {
  return queryOptions({
    queryKey: [...keys.run(id), "gates"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/gates", { params: { path: { run_id: id } }, signal })),
  });
}

/** Every variation with its rank; on request in so many clusters. */
export function variationsQuery(id: number, clusters: number | null) {
  const query = { clusters: clusters ?? undefined };
  return queryOptions({
    queryKey: [...keys.run(id), "variations", query],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/variations", { params: { path: { run_id: id }, query }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** All that is known of one variation. */
export function variationQuery(id: number, variation: number) {
  const path = { run_id: id, variation_id: variation };
  return queryOptions({
    queryKey: [...keys.run(id), "variations", variation],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/variations/{variation_id}", { params: { path }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** The latest estimate of every variation; after the first answer only what changed is asked for. */
export function latestReturnsQuery(id: number, source: Source) {
  const queryKey = [...keys.run(id), "returns", source] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      const known = client.getQueryData<Returns>(queryKey);
      const query = { source, after: known?.cursor };
      const path = { run_id: id };
      const news = await unwrap(api.GET("/api/v1/runs/{run_id}/returns", { params: { path, query }, signal }));
      return mergeReturns(known, news);
    },
  });
}

/** Lay newer estimates over the known ones, so that each variation keeps one. */
export function mergeReturns(known: Returns | undefined, news: Returns): Returns {
  if (!known) return news;
  const key = (item: VariationReturn) => `${item.source}:${item.variation}`;
  const items = new Map(known.items.map((item) => [key(item), item]));
  for (const item of news.items) items.set(key(item), item);
  return { ...news, items: [...items.values()] };
}

export function ledgerQuery(id: number) {
  return queryOptions({
    queryKey: [...keys.run(id), "ledger"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/ledger", { params: { path: { run_id: id } }, signal })),
  });
}

export function plateausQuery(id: number) {
  return queryOptions({
    queryKey: [...keys.run(id), "plateaus"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/plateaus", { params: { path: { run_id: id } }, signal })),
  });
}

export type PlateauChanges = NonNullable<paths["/api/v1/runs/{run_id}/plateau-replay"]["get"]["parameters"]["query"]>;

/** Criterion H over the training that there is, with other settings. */
export function plateauReplayQuery(id: number, query: PlateauChanges) {
  return queryOptions({
    queryKey: [...keys.run(id), "plateau-replay", query],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/plateau-replay", { params: { path: { run_id: id }, query }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function eventsQuery(id: number, offset: number) {
  return queryOptions({
    queryKey: [...keys.run(id), "events", offset],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/runs/{run_id}/events", {
          params: { path: { run_id: id }, query: { limit: PAGE_SIZE, offset } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** What the run's jobs are made with; jobs that are made with the same are together. */
export function provenanceQuery(id: number) {
  return queryOptions({
    queryKey: [...keys.run(id), "provenance"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/provenance", { params: { path: { run_id: id } }, signal })),
  });
}

export function provenanceDifferencesQuery(id: number, other: number) {
  return queryOptions({
    queryKey: [...keys.run(id), "provenance", "differences", other],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/runs/{run_id}/provenance/differences", {
          params: { path: { run_id: id }, query: { other } },
          signal,
        }),
      ),
    enabled: other > 0,
    retry: false, // the other run may not exist
  });
}

export function artifactsQuery(id: number) {
  return queryOptions({
    queryKey: [...keys.run(id), "artifacts"],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs/{run_id}/artifacts", { params: { path: { run_id: id } }, signal })),
  });
}

export const workersQuery = queryOptions({
  queryKey: keys.workers,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/workers", { signal })),
  refetchInterval: 10_000,
});

/** How busy a worker's machine was; once a minute there is something new. */
export function workerUsageQuery(name: string, hours: number) {
  return queryOptions({
    queryKey: ["worker-usage", name, hours],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/workers/{name}/usage", { params: { path: { name }, query: { hours } }, signal })),
    staleTime: 60_000,
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });
}

export const queueQuery = queryOptions({
  queryKey: [...keys.workers, "queue"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/queue", { signal })),
  refetchInterval: 10_000,
});
