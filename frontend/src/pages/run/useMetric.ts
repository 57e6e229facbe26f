import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { suitesQuery } from "../../api/queries";

export type Metric = "return" | "success";

/** Return or success: chosen in the URL, else what the suite is about. */
export function useMetric(suite: string) {
  const [params, setParams] = useSearchParams();
  const suites = useQuery(suitesQuery);
  const hasSuccess = suites.data?.find((info) => info.name === suite)?.has_success ?? false;
  const asked = params.get("metric");
  const metric: Metric = hasSuccess && asked !== "return" ? "success" : "return";
  const setMetric = (next: string) =>
    setParams((old) => {
      const changed = new URLSearchParams(old);
      changed.set("metric", next);
      return changed;
    });
  return { metric, setMetric, hasSuccess, known: !suites.isPending };
}
