import { Stack } from "@mantine/core";
import type { Run } from "../../../api/types";
import { useMetric } from "../figures/MetricChoice";
import { RunFigures } from "../figures/RunFigures";
import { VariationsTable } from "./VariationsTable";

export function VariationsTab({ run }: { run: Run }) {
  const { hasSuccess } = useMetric(run.suite);
  return (
    <Stack gap="md">
      <RunFigures run={run} tab="variations" />
      <VariationsTable runId={run.id} hasSuccess={hasSuccess} />
    </Stack>
  );
}
