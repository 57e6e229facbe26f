import { Alert, Group, List, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { comparisonQuery } from "../../api/experiments";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { percent } from "../../format/numbers";
import { ArmsTable } from "./ArmsTable";
import { PairsTable } from "./PairsTable";
import { METRICS, SOURCES, useCompared } from "./useCompared";

/** What the ended runs say about the arms, with how sure that is. */
export function Comparison({ id }: { id: number }) {
  const { choice, setMetric, setSource } = useCompared();
  const query = useQuery(comparisonQuery(id, choice));
  return (
    <Panel
      title="Comparison"
      text="The last evaluation of every run that ended well, over the seeds of each arm."
      actions={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="What is compared"
            data={METRICS}
            value={choice.metric}
            onChange={setMetric}
          />
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
            {comparison.warnings.length > 0 && (
              <Alert color="yellow" icon={<IconAlertTriangle />} p="xs">
                <List size="sm">
                  {comparison.warnings.map((warning) => (
                    <List.Item key={warning}>{warning}</List.Item>
                  ))}
                </List>
              </Alert>
            )}
            <ArmsTable arms={comparison.arms} confidence={comparison.confidence} />
            <PairsTable pairs={comparison.pairs} confidence={comparison.confidence} />
            <Text size="xs" c="dimmed">
              Intervals cover the truth {percent(comparison.confidence)} of the time, by simulation, from{" "}
              {comparison.least_seeds} seeds that differ (the probability of improvement from{" "}
              {comparison.least_seeds_improvement}); with fewer the estimate stands alone. Runs that failed or were
              cancelled are counted, and enter no figure.
            </Text>
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}
