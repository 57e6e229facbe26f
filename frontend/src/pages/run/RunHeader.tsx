import { Anchor, Box, Breadcrumbs, Card, Group, Progress, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { useUpdateRun } from "../../api/mutations";
import type { Run } from "../../api/types";
import { hasEnded } from "../../api/types";
import { ContinuedBadge, ImportedBadge, StatusBadge } from "../../components/Badges";
import { EditableName } from "../../components/EditableName";
import { EditableProject } from "../../components/EditableProject";
import { spentShare } from "../../components/PhaseBar";
import { armTitle, TimeLeft } from "../../components/RunFacts";
import { When } from "../../components/When";
import { label } from "../../form/label";
import { count, decimal } from "../../format/numbers";
import { Follow } from "../../notices/Notices";
import { EditableTags } from "./EditableTags";
import { ExportSettings } from "./ExportSettings";
import { Lineage } from "./Lineage";
import { QueueSettings } from "./QueueSettings";
import { RunActions } from "./RunActions";
import { ComparedWith } from "./RunBaseline";

/** `brief` leaves room for what is below: no progress, tags and settings, and the status beside the other facts. */
export function RunHeader({ run, brief }: { run: Run; brief: boolean }) {
  const update = useUpdateRun(run.id);
  return (
    <Card withBorder py={brief ? "xs" : undefined}>
      {!brief && (
        <Breadcrumbs separatorMargin={6} mb={4} fz="sm">
          <Anchor component={Link} to="/runs" size="sm">
            Runs
          </Anchor>
          <Text size="sm" c="dimmed">
            Run {run.id}
          </Text>
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="flex-start" gap="sm">
        <Group gap="sm" style={{ minWidth: 0, flex: "1 1 260px" }}>
          <EditableName of="run" name={run.name} onSave={(name) => update.mutate({ name })} />
          {!brief && <State run={run} size="lg" />}
        </Group>
        <RunActions run={run} />
      </Group>
      <Text size="sm" c="dimmed" mt={4} component="div">
        {brief && <State run={run} size="sm" />} {label(run.suite)} · {armTitle(run)} · seed {run.seed}
        {run.cycle > 1 && ` · cycle ${run.cycle}`}
        {run.experiment_id !== null && (
          <>
            {" · "}
            <Anchor component={Link} to={`/experiments/${run.experiment_id}`} size="sm" underline="always">
              {run.experiment_name}
            </Anchor>
          </>
        )}{" "}
        · launched <When at={run.created_at} />
        {run.owner && `${run.imported ? ", imported" : ""} by ${run.owner}`}
      </Text>
      {!brief && <Details run={run} />}
    </Card>
  );
}

function State({ run, size }: { run: Run; size: string }) {
  return (
    <>
      <StatusBadge status={run.status} size={size} />
      <ImportedBadge run={run} size={size} />
      <ContinuedBadge run={run} size={size} />
    </>
  );
}

/** What the run is compared with, how far it is, and what can be changed. */
function Details({ run }: { run: Run }) {
  const update = useUpdateRun(run.id);
  return (
    <>
      <ComparedWith run={run} />
      <Lineage run={run} />
      <Group mt="xs" gap="lg" align="flex-end">
        <Box style={{ flex: "1 1 220px" }}>
          <Group justify="space-between" gap="xs">
            <Text size="sm" className="tabular">
              {count(run.spent_steps)} of {count(run.total_steps)} steps
            </Text>
            <TimeLeft run={run} />
          </Group>
          <Progress value={spentShare(run) * 100} size="sm" mt={4} aria-label="Share of the steps spent" />
        </Box>
        <Group gap="lg" wrap="nowrap" align="flex-start">
          <Fact title="Mean return" value={run.mean_return} source={run.mean_return_source} />
          <Fact title="Score" help="Success rate, or normalised return" value={run.score} source={run.score_source} />
        </Group>
      </Group>
      <Group gap="xs" mt="xs" align="flex-end">
        <Follow run={run} />
        <EditableTags tags={run.tags} onSave={(tags) => update.mutate({ tags })} />
        <EditableProject
          of={run}
          fixed={run.experiment_id === null ? undefined : "It is part of an experiment, and moves with it."}
          onSave={(project_id) => update.mutate({ project_id })}
        />
        {!hasEnded(run.status) && !run.script && <QueueSettings run={run} />}
        <ExportSettings run={run} />
      </Group>
    </>
  );
}

interface FactProps {
  title: string;
  help?: string;
  value: number | null;
  source: string | null | undefined;
}

function Fact({ title, help, value, source }: FactProps) {
  return (
    <Stack gap={0} title={help}>
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <Text fw={600} fz="lg" className="tabular" lh={1.2}>
        {decimal(value)}
      </Text>
      <Text size="xs" c="dimmed">
        {source}
      </Text>
    </Stack>
  );
}
