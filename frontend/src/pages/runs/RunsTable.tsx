import { Anchor, Box, Card, Group, Progress, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { RunSummary } from "../../api/types";
import { ImportedBadge, ReadOnlyBadge, StatusBadge } from "../../components/Badges";
import { type Column, DataTable } from "../../components/DataTable";
import { PhaseBar, spentShare } from "../../components/PhaseBar";
import { armTitle, Measured, OtherOwner, Tags, TimeLeft, Waiting } from "../../components/RunFacts";
import { Sparkline } from "../../components/Sparkline";
import { When } from "../../components/When";
import { label } from "../../form/label";
import { count } from "../../format/numbers";

export function RunsTable({ runs }: { runs: RunSummary[] }) {
  return (
    <Card withBorder p={0}>
      <DataTable
        label="Runs"
        columns={COLUMNS}
        rows={runs}
        rowKey={(run) => run.id}
        minWidth={900}
        verticalSpacing="sm"
        highlightOnHover
      />
    </Card>
  );
}

const COLUMNS: Column<RunSummary>[] = [
  { id: "run", title: "Run", cell: (run) => <Name run={run} />, td: { maw: 320 } },
  { id: "status", title: "Status", cell: (run) => <Status run={run} />, td: { miw: 120 } },
  { id: "phases", title: "Phases", cell: (run) => <PhaseBar phases={run.phases} /> },
  { id: "steps", title: "Steps", cell: (run) => <Steps run={run} />, td: { miw: 150 } },
  { id: "return", title: "Mean return", cell: (run) => <MeanReturn run={run} /> },
  { id: "score", title: "Score", cell: (run) => <Measured value={run.score} source={run.score_source} /> },
  { id: "updated", title: "Updated", cell: (run) => <When at={run.updated_at} size="sm" c="dimmed" /> },
];

interface CellProps {
  run: RunSummary;
}

function Name({ run }: CellProps) {
  return (
    <Stack gap={2}>
      <Anchor component={Link} to={`/runs/${run.id}`} fw={600} size="sm" truncate>
        {run.name}
      </Anchor>
      <Text size="xs" c="dimmed">
        {label(run.suite)} · {armTitle(run)} · seed {run.seed}
        {run.experiment_name && ` · ${run.experiment_name}`}
        <OtherOwner owner={run.owner} />
        {run.priority !== 0 && ` · priority ${run.priority}`}
      </Text>
      <Tags tags={run.tags} />
    </Stack>
  );
}

function Status({ run }: CellProps) {
  return (
    <>
      <Group gap={4}>
        <StatusBadge status={run.status} />
        <ImportedBadge run={run} />
        <ReadOnlyBadge run={run} />
      </Group>
      <Waiting run={run} />
    </>
  );
}

function Steps({ run }: CellProps) {
  return (
    <>
      <Text size="sm" style={{ whiteSpace: "nowrap" }}>
        {count(run.spent_steps)} of {count(run.total_steps)}
      </Text>
      <Progress value={spentShare(run) * 100} size={4} my={3} color="gray" aria-label="Share of the steps spent" />
      <TimeLeft run={run} />
    </>
  );
}

function MeanReturn({ run }: CellProps) {
  return (
    <Measured value={run.mean_return} source={run.mean_return_source}>
      <Box c="brand">
        <Sparkline values={run.sparkline} label={`Mean return of ${run.name} over training`} />
      </Box>
    </Measured>
  );
}
