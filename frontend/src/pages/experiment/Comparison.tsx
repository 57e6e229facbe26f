import { Alert, Group, List, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { comparisonQuery } from "../../api/experiments";
import type { Comparison as Compared } from "../../api/types";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { many, percent } from "../../format/numbers";
import { ArmsTable } from "./ArmsTable";
import { PairsTable } from "./PairsTable";
import { METRICS, SOURCES, useCompared } from "./useCompared";

/** The arms compared over their finished runs, with intervals. */
export function Comparison({ id }: { id: number }) {
  const { choice, setMetric, setSource } = useCompared();
  const query = useQuery(comparisonQuery(id, choice));
  return (
    <Panel
      title="Comparison"
      text="The last evaluation of every successful run, aggregated over the seeds of each arm."
      actions={
        <Group gap="xs">
          <SegmentedControl size="xs" aria-label="Metric" data={METRICS} value={choice.metric} onChange={setMetric} />
          <SegmentedControl
            size="xs"
            aria-label="Evaluated on"
            data={SOURCES}
            value={choice.source}
            onChange={setSource}
          />
        </Group>
      }
    >
      <Loaded query={query}>
        {(comparison) => (
          <Stack gap="md" style={{ opacity: query.isPlaceholderData ? 0.5 : 1 }}>
            <Warnings warnings={comparison.warnings} />
            <ArmsTable arms={comparison.arms} confidence={comparison.confidence} />
            <PairsTable pairs={comparison.pairs} confidence={comparison.confidence} />
            <HowItIsCompared comparison={comparison} />
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}

/** What cannot be compared, or only with caution. */
export function Warnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return null;
  return (
    <Alert color="yellow" icon={<IconAlertTriangle />} p="xs">
      <List size="sm" style={{ overflowWrap: "anywhere" }}>
        {warnings.map((warning) => (
          <List.Item key={warning}>{warning}</List.Item>
        ))}
      </List>
    </Alert>
  );
}

type Terms = Pick<Compared, "confidence" | "least_seeds" | "least_seeds_improvement">;

export function HowItIsCompared({ comparison }: { comparison: Terms }) {
  return (
    <Text size="xs" c="dimmed">
      In simulations, these intervals cover the true value {percent(comparison.confidence)} of the time from{" "}
      {many(comparison.least_seeds, "distinct seed")} on ({comparison.least_seeds_improvement} for the probability of
      improvement). With fewer seeds, only the estimate is shown. Failed and cancelled runs are counted but excluded
      from all estimates.
    </Text>
  );
}
