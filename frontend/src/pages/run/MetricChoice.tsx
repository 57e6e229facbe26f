import { SegmentedControl } from "@mantine/core";
import type { Metric } from "./useMetric";

interface Props {
  metric: Metric;
  onChange: (metric: string) => void;
  hasSuccess: boolean;
}

export function MetricChoice({ metric, onChange, hasSuccess }: Props) {
  if (!hasSuccess) return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label="What the figures show"
      value={metric}
      onChange={onChange}
      data={[
        { value: "success", label: "Success rate" },
        { value: "return", label: "Mean return" },
      ]}
    />
  );
}
