import { type Query, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { keys } from "./queries";
import { listen } from "./stream";
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
      if (kind === "runs" || kind === "workers" || kind === "health") return true;
      if (kind !== "run") return false;
      const run = client.getQueryData<Run>(keys.run(Number(id)));
      return run === undefined || !hasEnded(run.status);
    };
    return listen("/api/v1/stream", {
      onRun: (id) => {
        client.invalidateQueries({ queryKey: keys.run(id) });
        client.invalidateQueries({ queryKey: keys.runs });
      },
      onWorkers: () => client.invalidateQueries({ queryKey: keys.workers }),
      onUnknown: () => client.invalidateQueries({ predicate: mayHaveChanged }),
      onLive: setLive,
    });
  }, [client]);
  return <Live value={live}>{children}</Live>;
}
