import { ActionIcon, Anchor, Card, Group, Stack, Table, Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Link } from "react-router";
import type { ArmOfRuns, ExperimentOfRuns, RunStatus, RunSummary } from "../../api/types";
import { StatusBadge } from "../../components/Badges";
import { OtherOwner } from "../../components/RunFacts";
import { When } from "../../components/When";
import { estimate, many } from "../../format/numbers";
import { STATUS_LABEL } from "../../theme";
import { Tick } from "./RunCells";
import type { Selection } from "./useRunWindow";

/** Which experiments are opened to their runs. */
export interface Groups {
  opened: readonly number[];
  onToggle: (experiment: number) => void;
}

/** Whether the run stands below its experiment. */
export function isBelow(run: RunSummary, { opened }: Groups): boolean {
  return run.experiment_id !== null && opened.includes(run.experiment_id);
}

interface Props {
  experiment: ExperimentOfRuns;
  groups: Groups;
}

interface CellsProps extends Props {
  columns: number;
  selection: Selection;
}

const SHOWN_ARMS = 3;
const USUAL = 7; // columns before those of one's choice
const STATUSES = Object.keys(STATUS_LABEL) as RunStatus[];

/** An experiment as one row of the table; its arms have the room of what only a run has. */
export function ExperimentCells({ experiment, columns, groups, selection }: CellsProps) {
  const { name, run_ids } = experiment;
  const chosen = run_ids.filter((id) => selection.ids.has(id)).length;
  const state = chosen === 0 ? false : chosen === run_ids.length || undefined;
  return (
    <>
      <Table.Td>
        <Tick
          label={`Select the runs of ${name}`}
          chosen={state}
          onChange={() => selection.set(run_ids, state !== true)}
        />
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap" align="flex-start">
          <Opener experiment={experiment} groups={groups} />
          <Named experiment={experiment} />
        </Group>
      </Table.Td>
      <Table.Td colSpan={2}>
        <Statuses statuses={experiment.statuses} />
      </Table.Td>
      <Table.Td colSpan={3}>
        <Arms experiment={experiment} />
      </Table.Td>
      <Table.Td>
        <When at={experiment.updated_at} dimmed />
      </Table.Td>
      {columns > USUAL && <Table.Td colSpan={columns - USUAL} />}
    </>
  );
}

/** The same for narrow screens. */
export function ExperimentCard({ experiment, groups }: Props) {
  return (
    <Card withBorder p="sm">
      <Stack gap={8}>
        <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
          <Named experiment={experiment} />
          <Opener experiment={experiment} groups={groups} />
        </Group>
        <Statuses statuses={experiment.statuses} />
        <Arms experiment={experiment} />
        <Text size="xs">
          <When at={experiment.updated_at} dimmed />
        </Text>
      </Stack>
    </Card>
  );
}

function Opener({ experiment, groups }: Props) {
  const opened = groups.opened.includes(experiment.id);
  const Icon = opened ? IconChevronDown : IconChevronRight;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={`Runs of ${experiment.name}`}
      aria-expanded={opened}
      onClick={() => groups.onToggle(experiment.id)}
    >
      <Icon size={16} />
    </ActionIcon>
  );
}

function Named({ experiment }: { experiment: ExperimentOfRuns }) {
  return (
    <Stack gap={2} miw={0}>
      <Anchor component={Link} to={`/experiments/${experiment.id}`} fw={600} size="sm" lineClamp={2}>
        {experiment.name}
      </Anchor>
      <Text size="xs" c="dimmed" className="tabular">
        {experiment.sweep ? "sweep" : "experiment"} · {many(experiment.runs, "run")}
        {experiment.project_name && ` · ${experiment.project_name}`}
        <OtherOwner owner={experiment.owner} />
      </Text>
    </Stack>
  );
}

/** How many runs there are of each status, in the order in which a run goes through them. */
function Statuses({ statuses }: { statuses: ExperimentOfRuns["statuses"] }) {
  return (
    <Group gap="xs" className="tabular">
      {STATUSES.filter((status) => statuses[status]).map((status) => (
        <Group key={status} gap={4} wrap="nowrap">
          <Text size="sm">{statuses[status]}</Text>
          <StatusBadge status={status} size="sm" />
        </Group>
      ))}
    </Group>
  );
}

function Arms({ experiment }: { experiment: ExperimentOfRuns }) {
  const shown = experiment.arms.slice(0, SHOWN_ARMS);
  const more = experiment.arms_in_all - shown.length;
  return (
    <Stack gap={2} className="tabular">
      {shown.map((arm) => (
        <Text key={arm.name} size="xs" truncate>
          {arm.name}{" "}
          <Text span size="xs" c="dimmed">
            {scoreOf(arm)}
          </Text>
        </Text>
      ))}
      {more > 0 && (
        <Text size="xs" c="dimmed">
          and {many(more, "more arm")}
        </Text>
      )}
    </Stack>
  );
}

/** Of one run its score, of several their mean and the best. */
function scoreOf({ runs, scored, mean_score, best_score }: ArmOfRuns): string {
  if (mean_score === null) return `no score yet, ${many(runs, "run")}`;
  if (scored === 1) return `score ${estimate(mean_score)}, ${many(runs, "run")}`;
  return `mean score ${estimate(mean_score)}, best ${estimate(best_score)}, ${scored} of ${many(runs, "run")}`;
}
