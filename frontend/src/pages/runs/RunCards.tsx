import { Anchor, Box, Card, Group, Skeleton, Stack, Text } from "@mantine/core";
import { memo } from "react";
import { Link } from "react-router";
import type { RunSummary } from "../../api/types";
import { ContinuedBadge, ImportedBadge, ReadOnlyBadge, StatusBadge } from "../../components/Badges";
import { PhaseBar } from "../../components/PhaseBar";
import { armTitle, OtherOwner, Tags, TimeLeft, Waiting } from "../../components/RunFacts";
import { Sparkline } from "../../components/Sparkline";
import { When } from "../../components/When";
import { label } from "../../form/label";
import { count, decimal } from "../../format/numbers";
import { ExperimentCard, type Groups, isBelow } from "./ExperimentRow";
import { type RunWindow, useRows } from "./useRunWindow";

/** Height of most cards, with what is between two. */
const CARD_HEIGHT = 230;
const GAP = 12;

/** The runs as cards, for screens too narrow for the table; only those in view exist. */
export function RunCards({ runs, groups }: { runs: RunWindow; groups: Groups }) {
  const { rows, margin } = useRows(runs, CARD_HEIGHT);
  return (
    <Box component="section" aria-label="Runs" pos="relative" h={rows.getTotalSize()}>
      {rows.getVirtualItems().map(({ index, key, start }) => {
        const row = runs.row(index);
        return (
          <Box
            key={key}
            ref={rows.measureElement}
            data-index={index}
            pos="absolute"
            w="100%"
            pb={GAP}
            pl={row?.run && isBelow(row.run, groups) ? "md" : undefined}
            top={0}
            style={{ transform: `translateY(${start - margin}px)` }}
          >
            {row?.run && <RunCard run={row.run} />}
            {row?.experiment && <ExperimentCard experiment={row.experiment} groups={groups} />}
            {!row && <Skeleton height={CARD_HEIGHT - GAP} />}
          </Box>
        );
      })}
    </Box>
  );
}

interface SourcedProps {
  title: string;
  value: number | null;
  source: string | null | undefined;
}

function Sourced({ title, value, source }: SourcedProps) {
  return (
    <Text size="sm" className="tabular">
      {title} {decimal(value)}{" "}
      <Text span size="xs" c="dimmed">
        {source}
      </Text>
    </Text>
  );
}

const RunCard = memo(function RunCard({ run }: { run: RunSummary }) {
  return (
    <Card withBorder p="sm">
      <Stack gap={8}>
        <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
          <Anchor component={Link} to={`/runs/${run.id}`} fw={600} style={{ overflowWrap: "anywhere" }}>
            {run.name}
          </Anchor>
          <Group gap={4} justify="flex-end" flex="0 0 auto" maw="50%">
            <ImportedBadge run={run} size="sm" />
            <ContinuedBadge run={run} size="sm" />
            <ReadOnlyBadge run={run} />
            <StatusBadge status={run.status} size="sm" />
          </Group>
        </Group>
        <Text size="xs" c="dimmed">
          {label(run.suite)} · {armTitle(run)} · seed {run.seed}
          <OtherOwner owner={run.owner} />
          {run.priority !== 0 && ` · priority ${run.priority}`} · <When at={run.updated_at} />
        </Text>
        <Waiting run={run} />
        <PhaseBar phases={run.phases} />
        <Group justify="space-between" wrap="nowrap">
          <Text size="xs" className="tabular">
            {count(run.spent_steps)} of {count(run.total_steps)} steps · <TimeLeft run={run} />
          </Text>
          <Box c="brand">
            <Sparkline values={run.sparkline} label={`Mean return of ${run.name} over training`} />
          </Box>
        </Group>
        <Stack gap={2}>
          <Sourced title="mean return" value={run.mean_return} source={run.mean_return_source} />
          <Sourced title="score" value={run.score} source={run.score_source} />
        </Stack>
        <Tags tags={run.tags} />
      </Stack>
    </Card>
  );
});
