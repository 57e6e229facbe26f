import { Box, Button, Group, Input, RangeSlider, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { variationsQuery } from "../../../api/queries";
import type { Run, Variation } from "../../../api/types";
import { ErrorState } from "../../../components/Loaded";
import { decimal, many, percent } from "../../../format/numbers";
import { type Metric, useMetric } from "../figures/MetricChoice";
import { formatChoice, spanOf, within } from "./choice";
import { useChoice, useClusters } from "./useChoice";

const scoreOf = (item: Variation, metric: Metric) => (metric === "success" ? item.success_rate : item.mean_return);
const textOf = (value: number, metric: Metric) => (metric === "success" ? percent(value) : decimal(value));

/** What the histogram's bars choose with the mouse, by keyboard and finger too: a range of scores, or a cluster. */
export function ChoiceControls({ run }: { run: Run }) {
  const { metric } = useMetric(run.suite);
  const { clusters } = useClusters();
  const query = useQuery(variationsQuery(run.id, clusters));
  const items = query.data?.items.filter((item) => !item.held_out) ?? [];
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  return (
    <Group align="flex-start" gap="xl" mt="sm">
      <ScoreRange items={items} metric={metric} />
      <Stack gap="xs" style={{ flex: "1 1 260px" }}>
        <ClusterCount most={items.filter((item) => item.mean_return !== null).length} />
        {clusters !== null && query.isPlaceholderData && (
          <Text size="xs" c="dimmed">
            Putting the variations into clusters, which takes seconds for a thousand.
          </Text>
        )}
        {clusters !== null && query.data && !query.isPlaceholderData && (
          <Clusters items={items} metric={metric} count={clusters} by={query.data.clustered_by} />
        )}
      </Stack>
    </Group>
  );
}

function ScoreRange({ items, metric }: { items: Variation[]; metric: Metric }) {
  const { chosen, choose, text } = useChoice();
  const whole = spanOf(items.map((item) => scoreOf(item, metric)));
  const mine = spanOf(items.filter((item) => chosen?.has(item.variation)).map((item) => scoreOf(item, metric)));
  const [shown, setShown] = useState<[number, number] | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice or metric moves the thumbs
  useEffect(() => setShown(null), [text, metric]);
  if (!whole || whole[0] === whole[1]) return null;
  const choice = (low: number, high: number) =>
    items.filter((item) => within(scoreOf(item, metric), low, high)).map((item) => item.variation);
  const end = ([low, high]: [number, number]) => {
    const isWhole = low <= whole[0] && high >= whole[1];
    choose(isWhole ? null : choice(low, high));
  };
  return (
    <Box style={{ flex: "1 1 260px" }}>
      <Input.Label component="div">
        {metric === "success" ? "Success rate" : "Mean return"} from {textOf((shown ?? mine ?? whole)[0], metric)} to{" "}
        {textOf((shown ?? mine ?? whole)[1], metric)}
      </Input.Label>
      <RangeSlider
        mt="xs"
        size="sm"
        min={whole[0]}
        max={whole[1]}
        step={(whole[1] - whole[0]) / 100}
        minRange={0}
        value={shown ?? mine ?? whole}
        onChange={setShown}
        onChangeEnd={end}
        label={(value) => textOf(value, metric)}
        thumbFromLabel="Lowest score chosen"
        thumbToLabel="Highest score chosen"
      />
    </Box>
  );
}

function ClusterCount({ most }: { most: number }) {
  const { clusters, setClusters } = useClusters();
  const counts = [2, 3, 4, 5, 6, 8, 12, 16].filter((count) => count <= most || count === clusters);
  return (
    <Select
      size="xs"
      w={200}
      label="Clusters of alike variations"
      data={[
        { value: "", label: "None" },
        ...counts.map((count) => ({ value: `${count}`, label: `${count} clusters` })),
      ]}
      value={clusters === null ? "" : `${clusters}`}
      onChange={(value) => setClusters(value ? Number(value) : null)}
      allowDeselect={false}
    />
  );
}

function Clusters({ items, metric, count, by }: { items: Variation[]; metric: Metric; count: number; by: string }) {
  const { text, choose } = useChoice();
  const clusters = Array.from({ length: count }, (_, place) => items.filter((item) => item.cluster === place + 1));
  return (
    <>
      <Group gap={6} role="group" aria-label="Clusters">
        {clusters.map((members, place) => {
          const numbers = members.map((item) => item.variation);
          return (
            <Button
              // biome-ignore lint/suspicious/noArrayIndexKey: a cluster is its number
              key={place}
              size="compact-sm"
              variant={formatChoice(numbers) === text ? "filled" : "default"}
              aria-pressed={formatChoice(numbers) === text}
              onClick={() => choose(numbers)}
            >
              {place + 1}: {many(members.length, "variation")}, mean {textOf(meanOf(members, metric), metric)}
            </Button>
          );
        })}
      </Group>
      <Text size="xs" c="dimmed">
        Clusters of equal size, by {by}.
      </Text>
    </>
  );
}

function meanOf(members: Variation[], metric: Metric): number {
  const known = members.map((item) => scoreOf(item, metric)).filter((score) => score !== null);
  return known.reduce((sum, score) => sum + score, 0) / known.length;
}
