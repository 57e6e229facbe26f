import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { served } from "./address";
import { refresher } from "./refresh";
import { listen } from "./stream";

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
