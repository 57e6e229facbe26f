import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { runFiguresQuery } from "../plot/figure-query";
import { isSignedOut, isWorthRetrying } from "./problem";
import { jobsQuery, keys, runQuery } from "./queries";

function noticeSignOut(error: Error): void {
  if (isSignedOut(error)) queryClient.invalidateQueries({ queryKey: keys.session });
}

/** What the page knows of the server. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignOut }),
  mutationCache: new MutationCache({ onError: noticeSignOut }),
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && isWorthRetrying(error),
      staleTime: 5_000,
      refetchOnWindowFocus: false, // the stream reports changes, including those made while the tab was hidden
    },
  },
});

interface Address {
  params: Readonly<Record<string, string | undefined>>;
}

/** Ask for what every view of a run needs while the code of its page arrives. */
export function expectRun({ params }: Address): null {
  const id = Number(params.id);
  if (Number.isSafeInteger(id) && id > 0) {
    queryClient.prefetchQuery(runQuery(id));
    queryClient.prefetchQuery(runFiguresQuery(id));
    queryClient.prefetchQuery(jobsQuery(id));
  }
  return null;
}

interface Move {
  currentParams: Address["params"];
  nextParams: Address["params"];
}

/** Whether another run is opened, and not only another view of the same. */
export const isAnotherRun = ({ currentParams, nextParams }: Move): boolean => currentParams.id !== nextParams.id;
