import { Stack } from "@mantine/core";
import type { Run } from "../../../api/types";
import { Panel } from "../../../components/Panel";
import { Figure } from "../../../plot/Figure";
import { MetricChoice } from "../MetricChoice";
import { useMetric } from "../useMetric";
import { Histogram } from "./Histogram";
import { NotesPanel } from "./NotesPanel";
import { Plateaus } from "./Plateaus";

export function OverviewTab({ run }: { run: Run }) {
  const { metric, setMetric, hasSuccess } = useMetric(run.suite);
  return (
    <Stack gap="md">
      <Panel
        title="Learning curve"
        text="The generalist, specialists from where they branch off, the fine-tuned generalist. Bars mark plateaus."
        actions={<MetricChoice metric={metric} onChange={setMetric} hasSuccess={hasSuccess} />}
      >
        <Figure
          runId={run.id}
          name="learning_curve"
          label="Learning curve of the run over environment steps"
          choice={{ metric }}
          height={380}
        />
        <Plateaus run={run} />
      </Panel>
      <Histogram run={run} metric={metric} />
      <NotesPanel run={run} />
    </Stack>
  );
}
