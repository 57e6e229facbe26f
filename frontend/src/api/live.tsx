import { type Query, type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { served } from "./address";
import { keys } from "./queries";
import { listen } from "./stream";
import { throttleByKey } from "./throttle";
import { type Change, hasEnded, type Run } from "./types";

const Live = createContext(false);

/** Whether changes arrive by themselves (true) or by polling. */
export const useLive = () => useContext(Live);

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => {
    const { onChange, onUnknown, stop } = refresher(client);
    const leave = listen(served("/api/v1/stream"), { onChange, onUnknown, onLive: setLive });
    return () => {
      leave();
      stop();
    };
  }, [client]);
  return <Live value={live}>{children}</Live>;
}

export const REFRESH_MS = 1500;
/** A comparison costs more than a run, and an experiment's runs change together. */
const COMPARISON_MS = 4000;
/** People wait for what others decide and write, and there is little of it. */
const PEOPLE_MS = 300;
const RUN_CHANGES = new Set(["run", "gate", "deleted"]);
const BY_PEOPLE = new Set(["gate", "comment"]);

/** Asks again for what changes concern: lists once for all runs, and one run once for all its changes. */
export function refresher(client: QueryClient) {
  const refetch = (queryKey: QueryKey) => client.invalidateQueries({ queryKey });
  const lists = throttleByKey<QueryKey>(refetch, REFRESH_MS);
  const experiments = throttleByKey<QueryKey>(refetch, COMPARISON_MS);
  const runs = throttleByKey<number>((id) => refetch(keys.run(id)), REFRESH_MS);
  const inbox = throttleByKey<QueryKey>(refetch, PEOPLE_MS);
  const decided = throttleByKey<number>((id) => refetch(keys.run(id)), PEOPLE_MS);
  const all = [lists, experiments, runs, inbox, decided];

  function mayHaveChanged({ queryKey: [kind, id] }: Query): boolean {
    if (kind === "runs" || kind === "workers" || kind === "health") return true;
    if (kind === "experiments" || kind === "inbox") return true;
    if (kind !== "run") return false;
    const run = client.getQueryData<Run>(keys.run(Number(id)));
    return run === undefined || !hasEnded(run.status);
  }

  return {
    onChange({ what, run_id, worker }: Change): void {
      if (worker) lists.call(keys.workers);
      if (what === "experiment") {
        experiments.call(keys.experiments);
        lists.call(keys.listedRuns); // which show its name
      }
      if (what === "project")
        for (const key of [keys.projects, keys.runs, keys.experiments, keys.inbox]) lists.call(key);
      if (typeof run_id !== "number") return;
      if (BY_PEOPLE.has(what)) decided.call(run_id);
      else runs.call(run_id);
      lists.call(keys.listedRuns);
      // no epoch makes a run wait for a decision
      if (RUN_CHANGES.has(what)) for (const key of [keys.waitingRuns, keys.inbox]) inbox.call(key);
      experiments.call(keys.experiments);
    },
    /** Everything may have changed. */
    onUnknown: () => client.invalidateQueries({ predicate: mayHaveChanged }),
    stop: () => all.forEach((throttle) => void throttle.stop()),
  };
}
