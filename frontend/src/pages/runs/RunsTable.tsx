import { Anchor, Box, Card, Group, Progress, Stack, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import type { RunSummary } from "../../api/types";
import { armTitle } from "../../components/arm-title";
import { ImportedBadge } from "../../components/ImportedBadge";
import { PhaseBar } from "../../components/PhaseBar";
import { spentShare } from "../../components/phase-share";
import { Sparkline } from "../../components/Sparkline";
import { StatusBadge } from "../../components/StatusBadge";
import { Tags } from "../../components/Tags";
import { TimeLeft } from "../../components/TimeLeft";
import { Waiting } from "../../components/Waiting";
import { When } from "../../components/When";
import { count, figure } from "../../format/numbers";

export function RunsTable({ runs }: { runs: RunSummary[] }) {
  return (
    <Card withBorder p={0}>
      <Table.ScrollContainer minWidth={900}>
        <Table verticalSpacing="sm" highlightOnHover aria-label="Runs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Run</Table.Th>
              <Table.Th>Status</Table.Th>
              <Table.Th>Phases</Table.Th>
              <Table.Th>Steps</Table.Th>
              <Table.Th>Mean return</Table.Th>
              <Table.Th>Score</Table.Th>
              <Table.Th>Updated</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map((run) => (
              <RunRow key={run.id} run={run} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function RunRow({ run }: { run: RunSummary }) {
  return (
    <Table.Tr>
      <Table.Td maw={320}>
        <Stack gap={2}>
          <Anchor component={Link} to={`/runs/${run.id}`} fw={600} size="sm" truncate>
            {run.name}
          </Anchor>
          <Text size="xs" c="dimmed">
            {run.suite} · {armTitle(run)} · seed {run.seed}
            {run.experiment_name && ` · ${run.experiment_name}`}
          </Text>
          <Tags tags={run.tags} />
        </Stack>
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          <StatusBadge status={run.status} />
          <ImportedBadge run={run} />
        </Group>
        <Waiting run={run} />
      </Table.Td>
      <Table.Td>
        <PhaseBar phases={run.phases} />
      </Table.Td>
      <Table.Td miw={150}>
        <Text size="sm" className="tabular" style={{ whiteSpace: "nowrap" }}>
          {count(run.spent_steps)} of {count(run.total_steps)}
        </Text>
        <Progress value={spentShare(run) * 100} size={4} my={3} color="gray" aria-label="Share of the steps spent" />
        <TimeLeft run={run} />
      </Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Text size="sm" className="tabular" w={40}>
            {figure(run.mean_return)}
          </Text>
          <Box c="brand">
            <Sparkline values={run.sparkline} label={`Mean return of ${run.name} over training`} />
          </Box>
        </Group>
      </Table.Td>
      <Table.Td>
        <Text size="sm" className="tabular">
          {figure(run.score)}
        </Text>
      </Table.Td>
      <Table.Td>
        <When at={run.updated_at} size="sm" c="dimmed" />
      </Table.Td>
    </Table.Tr>
  );
}
