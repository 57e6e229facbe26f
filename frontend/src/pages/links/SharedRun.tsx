import { Box, Card, Group, Progress, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useFresh } from "../../api/links";
import { runQuery } from "../../api/queries";
import { hasEnded, type Run } from "../../api/types";
import { StatusBadge } from "../../components/Badges";
import { Facts } from "../../components/Facts";
import { Loaded } from "../../components/Loaded";
import { useTitle } from "../../components/PageTitle";
import { spentShare } from "../../components/PhaseBar";
import { armTitle, timeLeft } from "../../components/RunFacts";
import { When } from "../../components/When";
import { label } from "../../form/label";
import { count, decimal } from "../../format/numbers";
import { MarkdownText } from "../../notes/Shown";
import { PhaseStepper } from "../run/PhaseStepper";
import { RunTabs } from "../run/RunTabs";

export function SharedRun({ id }: { id: number }) {
  const query = useQuery(runQuery(id));
  useFresh(query.data === undefined || !hasEnded(query.data.status));
  return <Loaded query={query}>{(run) => <Shown run={run} />}</Loaded>;
}

function Shown({ run }: { run: Run }) {
  useTitle(run.name);
  return (
    <Stack gap="md">
      <Card withBorder>
        <Group gap="sm">
          <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
            {run.name}
          </Title>
          <StatusBadge status={run.status} size="lg" />
        </Group>
        <Text size="sm" c="dimmed" component="div">
          {label(run.suite)} · {armTitle(run)} · seed {run.seed} · launched <When at={run.created_at} />
        </Text>
        <Group mt="xs" gap="lg" align="flex-end">
          <Box style={{ flex: "1 1 220px" }}>
            <Text size="sm" className="tabular">
              {count(run.spent_steps)} of {count(run.total_steps)} steps
              {!hasEnded(run.status) && run.status !== "awaiting_approval" && ` · ${timeLeft(run)}`}
            </Text>
            <Progress value={spentShare(run) * 100} size="sm" mt={4} aria-label="Share of the steps spent" />
          </Box>
          <Facts
            facts={[
              ["Mean return", decimal(run.mean_return)],
              ["Score", decimal(run.score)],
            ]}
          />
        </Group>
        {run.notes && (
          <Box mt="xs">
            <MarkdownText text={run.notes} />
          </Box>
        )}
      </Card>
      {run.phases.length > 0 && <PhaseStepper run={run} />}
      <RunTabs run={run} />
    </Stack>
  );
}
