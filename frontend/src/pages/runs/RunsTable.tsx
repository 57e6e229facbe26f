import {
  Anchor,
  Box,
  Card,
  Checkbox,
  Group,
  Progress,
  Skeleton,
  Stack,
  Table,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconSelector } from "@tabler/icons-react";
import { memo, useMemo } from "react";
import { Link } from "react-router";
import type { RunField, RunSummary, RunsRow } from "../../api/types";
import { ContinuedBadge, ImportedBadge, ReadOnlyBadge, StatusBadge } from "../../components/Badges";
import { PhaseBar, spentShare } from "../../components/PhaseBar";
import { armTitle, Measured, OtherOwner, Tags, TimeLeft, Waiting } from "../../components/RunFacts";
import { Sparkline } from "../../components/Sparkline";
import { When } from "../../components/When";
import { label } from "../../form/label";
import { count } from "../../format/numbers";
import { ExperimentCells, type Groups, isBelow } from "./ExperimentRow";
import { shownValue } from "./listing";
import { type RunWindow, type Selection, useRows } from "./useRunWindow";

interface Props {
  runs: RunWindow;
  /** Shown behind the usual columns. */
  fields: RunField[];
  groups: Groups;
  sort: string | undefined;
  onSort: (field: string) => void;
  selection: Selection;
}

interface Column {
  title: string;
  width: number;
  /** The field that it is sorted by. */
  field?: string;
  right?: boolean;
  cell: (run: RunSummary) => React.ReactNode;
}

/** A table as long as the list, of which only what is in view exists. */
export function RunsTable({ runs, fields, groups, sort, onSort, selection }: Props) {
  const { rows, margin } = useRows(runs, ROW_HEIGHT);
  const columns = useMemo(() => [...COLUMNS, ...fields.map(columnOf)], [fields]);
  const shown = rows.getVirtualItems();
  const before = (shown[0]?.start ?? margin) - margin;
  const after = rows.getTotalSize() - (shown.at(-1)?.end ?? margin) + margin;
  const width = CHECKBOX + columns.reduce((sum, column) => sum + column.width, 0);
  return (
    <Card withBorder p={0}>
      <Table.ScrollContainer minWidth={width}>
        <Table
          aria-label="Runs"
          aria-rowcount={(runs.page?.total ?? 0) + 1}
          fz="sm"
          verticalSpacing="sm"
          highlightOnHover
          layout="fixed"
        >
          <Table.Thead>
            <Table.Tr aria-rowindex={1}>
              <Table.Th w={CHECKBOX}>
                <SelectLoaded runs={runs} selection={selection} />
              </Table.Th>
              {columns.map((column) => (
                <Heading key={column.title} column={column} sort={sort} onSort={onSort} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="tabular">
            <Space height={before} columns={columns.length + 1} />
            {shown.map(({ index, key }) => (
              <Table.Tr key={key} data-index={index} ref={rows.measureElement} aria-rowindex={index + 2}>
                <RowCells row={runs.row(index)} columns={columns} selection={selection} groups={groups} />
              </Table.Tr>
            ))}
            <Space height={after} columns={columns.length + 1} />
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

const CHECKBOX = 44;
const ROW_HEIGHT = 82;

function Space({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <Table.Tr aria-hidden style={{ height }}>
      <Table.Td colSpan={columns} p={0} />
    </Table.Tr>
  );
}

function SelectLoaded({ runs, selection }: { runs: RunWindow; selection: Selection }) {
  const ids = runs.page?.items.flatMap(({ run }) => run?.id ?? []) ?? [];
  const chosen = ids.filter((id) => selection.ids.has(id)).length;
  return (
    <Checkbox
      aria-label="Select the runs around here"
      size="xs"
      checked={chosen > 0 && chosen === ids.length}
      indeterminate={chosen > 0 && chosen < ids.length}
      onChange={() => selection.set(ids, chosen < ids.length)}
    />
  );
}

interface RowProps {
  row: RunsRow | undefined;
  columns: Column[];
  selection: Selection;
  groups: Groups;
}

function RowCells({ row, columns, selection: { ids, set }, groups }: RowProps) {
  if (row?.run) {
    const { run } = row;
    const own = { selected: ids.has(run.id), inset: isBelow(run, groups) };
    return <Cells run={run} columns={columns} select={set} {...own} />;
  }
  if (row?.experiment) return <ExperimentCells experiment={row.experiment} columns={columns.length} groups={groups} />;
  return (
    <Table.Td colSpan={columns.length + 1} h={ROW_HEIGHT}>
      <Skeleton height={14} />
    </Table.Td>
  );
}

interface CellsProps {
  run: RunSummary;
  columns: Column[];
  selected: boolean;
  select: Selection["set"];
  /** Whether it stands below its experiment. */
  inset: boolean;
}

/** Drawn once for each run that comes into view, and not for each step of the scrolling. */
const Cells = memo(function Cells({ run, columns, selected, select, inset }: CellsProps) {
  return (
    <>
      <Table.Td>
        <Checkbox
          aria-label={`Select ${run.name}`}
          size="xs"
          checked={selected}
          onChange={(event) => select([run.id], event.currentTarget.checked)}
        />
      </Table.Td>
      {columns.map((column, place) => (
        <Table.Td
          key={column.title}
          ta={column.right ? "right" : undefined}
          pl={inset && place === 0 ? "xl" : undefined}
          style={{ overflow: "hidden" }}
        >
          {column.cell(run)}
        </Table.Td>
      ))}
    </>
  );
});

interface HeadingProps {
  column: Column;
  sort: string | undefined;
  onSort: (field: string) => void;
}

function Heading({ column: { title, width, field, right }, sort, onSort }: HeadingProps) {
  if (!field) return <Table.Th w={width}>{title}</Table.Th>;
  const order = sort === field ? "ascending" : sort === `-${field}` ? "descending" : "none";
  const Arrow = { ascending: IconChevronUp, descending: IconChevronDown, none: IconSelector }[order];
  return (
    <Table.Th w={width} aria-sort={order}>
      <UnstyledButton onClick={() => onSort(field)} w="100%">
        <Group gap={4} wrap="nowrap" justify={right ? "flex-end" : undefined}>
          <Text span size="sm" fw={600} truncate title={title}>
            {title}
          </Text>
          <Arrow size={14} aria-hidden style={{ flexShrink: 0 }} />
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}

function columnOf(field: RunField): Column {
  const right = field.kind === "number";
  return {
    title: field.source === "setting" ? field.name : field.title,
    width: 150,
    field: field.sortable ? field.name : undefined,
    right,
    cell: (run) => (
      <Text size="sm" truncate className="tabular">
        {shownValue(run.values?.[field.name], field.kind)}
      </Text>
    ),
  };
}

interface CellProps {
  run: RunSummary;
}

function Name({ run }: CellProps) {
  return (
    <Stack gap={2}>
      <Anchor component={Link} to={`/runs/${run.id}`} fw={600} size="sm" truncate>
        {run.name}
      </Anchor>
      <Text size="xs" c="dimmed" lineClamp={1}>
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
        <ContinuedBadge run={run} />
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

const COLUMNS: Column[] = [
  { title: "Run", width: 300, field: "name", cell: (run) => <Name run={run} /> },
  { title: "Status", width: 150, field: "status", cell: (run) => <Status run={run} /> },
  { title: "Phases", width: 130, cell: (run) => <PhaseBar phases={run.phases} /> },
  { title: "Steps", width: 160, field: "steps", cell: (run) => <Steps run={run} /> },
  { title: "Mean return", width: 190, field: "mean_return", cell: (run) => <MeanReturn run={run} /> },
  {
    title: "Score",
    width: 150,
    field: "score",
    cell: (run) => <Measured value={run.score} source={run.score_source} />,
  },
  { title: "Updated", width: 110, field: "updated", cell: (run) => <When at={run.updated_at} size="sm" c="dimmed" /> },
];
