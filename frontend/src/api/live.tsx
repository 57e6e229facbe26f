import { type Query, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { served } from "./address";
import { keys } from "./queries";
import { listen } from "./stream";
import { throttleByKey } from "./throttle";
import type { Run } from "./types";

const Live = createContext(false);

/** Whether changes arrive by themselves (true) or by polling. */
export const useLive = () => useContext(Live);

const ENDED = new Set(["succeeded", "failed", "cancelled"]);

export const hasEnded = (status: string) => ENDED.has(status);

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  useEffect(() => {
    const mayHaveChanged = (query: Query) => {
      const [kind, id] = query.queryKey;
      if (kind === "runs" || kind === "workers" || kind === "health" || kind === "experiments") return true;
      if (kind !== "run") return false;
      const run = client.getQueryData<Run>(keys.run(Number(id)));
      return run === undefined || !hasEnded(run.status);
    };
    // A comparison costs more than a run, and an experiment's runs change together: refetched once for all, and less often.
    const experiments = throttleByKey<string>((key) => client.invalidateQueries({ queryKey: [key] }), 4000);
    const stop = listen(served("/api/v1/stream"), {
      onRun: (id) => {
        experiments.call("experiments");
        client.invalidateQueries({ queryKey: keys.run(id) });
        client.invalidateQueries({ queryKey: keys.runs });
      },
      onWorkers: () => client.invalidateQueries({ queryKey: keys.workers }),
      onUnknown: () => client.invalidateQueries({ predicate: mayHaveChanged }),
      onLive: setLive,
    });
    return () => {
      experiments.stop();
      stop();
    };
  }, [client]);
  return <Live value={live}>{children}</Live>;
}
