import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { suitesQuery } from "../api/queries";

/** Readable names of the variants of unions, as the API says them. */
export function useTitles(): Record<string, Record<string, string>> {
  const suites = useQuery(suitesQuery).data;
  return useMemo(
    () => ({ suite: Object.fromEntries((suites ?? []).map((suite) => [suite.name, suite.title])) }),
    [suites],
  );
}
