import { Stack } from "@mantine/core";
import type { Run } from "../../../api/types";
import { Panel } from "../../../components/Panel";
import { Figure } from "../../../plot/Figure";
import { MetricChoice } from "../MetricChoice";
import { useMetric } from "../useMetric";
import { VariationsTable } from "./VariationsTable";

export function VariationsTab({ run }: { run: Run }) {
  const { metric, setMetric, hasSuccess } = useMetric(run.suite);
  return (
    <Stack gap="md">
      <VariationsTable runId={run.id} hasSuccess={hasSuccess} />
      <Panel
        title="Variations over training"
        text="What is learned when, never, or forgotten; those that score least at the end on top."
        actions={<MetricChoice metric={metric} onChange={setMetric} hasSuccess={hasSuccess} />}
      >
        <Figure
          runId={run.id}
          name="variation_heatmap"
          label="Heatmap of each variation's score over training"
          choice={{ metric }}
          height={300}
        />
      </Panel>
    </Stack>
  );
}
