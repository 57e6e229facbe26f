import { Stack } from "@mantine/core";
import type { Run } from "../../../api/types";
import { useMetric } from "../figures/MetricChoice";
import { RunFigures } from "../figures/RunFigures";
import { VariationsTable } from "./VariationsTable";

export function VariationsTab({ run }: { run: Run }) {
  const { hasSuccess } = useMetric(run.suite);
  return (
    <Stack gap="md">
      <VariationsTable runId={run.id} hasSuccess={hasSuccess} />
      <RunFigures run={run} tab="variations" />
    </Stack>
  );
}
