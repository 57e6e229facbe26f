import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ledgerQuery } from "../../../api/queries";
import type { Run } from "../../../api/types";
import { Facts } from "../../../components/Facts";
import { Loaded } from "../../../components/Loaded";
import { count, sentence } from "../../../format/numbers";
import { RunFigures } from "../figures/RunFigures";

export function ResultsTab({ run }: { run: Run }) {
  return (
    <Stack gap="md">
      <RunFigures run={run} tab="results" beside={{ ledger: { above: <LedgerFacts run={run} /> } }} />
    </Stack>
  );
}

function LedgerFacts({ run }: { run: Run }) {
  const query = useQuery(ledgerQuery(run.id));
  return (
    <Loaded query={query} rows={1}>
      {(ledger) => (
        <Facts
          facts={[
            ["Budget", count(ledger.total_steps)],
            ["Spent", count(ledger.spent_steps)],
            ["Left", count(ledger.left_steps)],
            ["Critical path", count(ledger.critical_path_steps)],
            ...Object.entries(ledger.by_purpose).map(([purpose, steps]) => [sentence(purpose), count(steps)] as const),
            ["Measurements", count(ledger.measured_steps)],
            ["Viewing", count(ledger.viewed_steps)],
          ]}
        />
      )}
    </Loaded>
  );
}
