import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { link } from "../../../api/address";
import { sharedQuery } from "../../../api/links";
import { suitesQuery } from "../../../api/queries";
import { useAddress } from "../../../routing/useAddress";

export type Metric = "return" | "success";

/** Return or success: chosen in the URL, else what the suite is about. */
export function useMetric(suite: string) {
  const { params, change } = useAddress();
  const suites = useQuery({ ...suitesQuery, enabled: !link });
  const shared = useQuery({ ...sharedQuery, enabled: link === "shared" });
  const hasSuccess = shared.data?.has_success ?? suites.data?.find((info) => info.name === suite)?.has_success ?? false;
  const asked = params.get("metric");
  const metric: Metric = hasSuccess && asked !== "return" ? "success" : "return";
  const setMetric = (next: string) => change({ metric: next });
  return { metric, setMetric, hasSuccess };
}

/** Return or success, for all figures at once; nothing where the suite has no success signal. */
export function MetricChoice({ suite }: { suite: string }) {
  const { metric, setMetric, hasSuccess } = useMetric(suite);
  if (!hasSuccess) return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label="Metric"
      value={metric}
      onChange={setMetric}
      data={[
        { value: "success", label: "Success rate" },
        { value: "return", label: "Mean return" },
      ]}
    />
  );
}
