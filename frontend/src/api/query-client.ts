import { QueryClient } from "@tanstack/react-query";
import { isWorthRetrying } from "./problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && isWorthRetrying(error),
      staleTime: 5_000,
      refetchOnWindowFocus: false, // the stream says what changed, also what changed while the tab was hidden
    },
  },
});
