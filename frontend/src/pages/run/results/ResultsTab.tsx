import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ledgerQuery } from "../../../api/queries";
import type { Ledger, Run } from "../../../api/types";
import { Facts } from "../../../components/Facts";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { count, sentence } from "../../../format/numbers";
import { Figure } from "../../../plot/Figure";
import { MetricChoice } from "../MetricChoice";
import { useMetric } from "../useMetric";

export function ResultsTab({ run }: { run: Run }) {
  const { metric, setMetric, hasSuccess } = useMetric(run.suite);
  const ledger = useQuery(ledgerQuery(run.id));
  return (
    <Stack gap="md">
      <Panel
        title="Before and after, by variation"
        text="The generalist at the gate against the fine-tuned one. Gained or forgotten is what the episodes support after correction for looking at many variations."
        actions={<MetricChoice metric={metric} onChange={setMetric} hasSuccess={hasSuccess} />}
      >
        <Figure
          runId={run.id}
          name="before_after"
          label="Score of each variation at the gate and after fine-tuning"
          choice={{ metric }}
          height={300}
        />
      </Panel>
      <Panel
        title="Ledger"
        text="Where the environment steps went: training, demonstrations and evaluations that select something count. What only measures stands apart, outside the budget of every arm."
      >
        <Loaded query={ledger} rows={1}>
          {(data) => <LedgerFacts ledger={data} />}
        </Loaded>
        <Figure runId={run.id} name="ledger" label="Environment steps by phase and purpose" height={260} />
      </Panel>
    </Stack>
  );
}

function LedgerFacts({ ledger }: { ledger: Ledger }) {
  return (
    <Facts
      facts={[
        ["Budget", count(ledger.total_steps)],
        ["Spent", count(ledger.spent_steps)],
        ["Left", count(ledger.left_steps)],
        ["Critical path", count(ledger.critical_path_steps)],
        ...Object.entries(ledger.by_purpose).map(([purpose, steps]) => [sentence(purpose), count(steps)] as const),
        ["Measured apart", count(ledger.measured_steps)],
      ]}
    />
  );
}
