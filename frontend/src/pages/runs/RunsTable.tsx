import { Card, Group, Skeleton, Table, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconSelector } from "@tabler/icons-react";
import { useMemo } from "react";
import type { RunField, RunsRow } from "../../api/types";
import { ExperimentCells, type Groups, isBelow } from "./ExperimentRow";
import { COLUMNS, type Column, columnOf, RunCells, Tick } from "./RunCells";
import classes from "./RunCells.module.css";
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

/** A table as long as the list, of which only what is in view exists. */
export function RunsTable({ runs, fields, groups, sort, onSort, selection }: Props) {
  const columns = useMemo(() => [...COLUMNS, ...fields.map(columnOf)], [fields]);
  const width = CHECKBOX + columns.reduce((sum, column) => sum + column.width, 0);
  return (
    <Card withBorder p={0}>
      <Table.ScrollContainer minWidth={width}>
        <Table
          aria-label="Runs"
          aria-rowcount={(runs.page?.total ?? 0) + 1}
          fz="sm"
          verticalSpacing="sm"
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
          <Rows runs={runs} columns={columns} groups={groups} selection={selection} />
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

type RowsProps = Pick<Props, "runs" | "groups" | "selection"> & { columns: Column[] };

/** The rows in view, between two spaces as high as all the others. They alone are made anew while one scrolls. */
function Rows({ runs, columns, groups, selection }: RowsProps) {
  const { rows, margin } = useRows(runs, ROW_HEIGHT);
  const shown = rows.getVirtualItems();
  const before = (shown[0]?.start ?? margin) - margin;
  const after = rows.getTotalSize() - (shown.at(-1)?.end ?? margin) + margin;
  return (
    <tbody className="tabular">
      <Space height={before} columns={columns.length + 1} />
      {shown.map(({ index, key }) => (
        <tr key={key} data-index={index} ref={rows.measureElement} aria-rowindex={index + 2} className={classes.row}>
          <RowCells row={runs.row(index)} columns={columns} selection={selection} groups={groups} />
        </tr>
      ))}
      <Space height={after} columns={columns.length + 1} />
    </tbody>
  );
}

const CHECKBOX = 44;
const ROW_HEIGHT = 82;

function Space({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden style={{ height }}>
      <td colSpan={columns} />
    </tr>
  );
}

function SelectLoaded({ runs, selection }: { runs: RunWindow; selection: Selection }) {
  const ids = runs.page?.items.flatMap(({ run }) => run?.id ?? []) ?? [];
  const chosen = ids.filter((id) => selection.ids.has(id)).length;
  const state = chosen === 0 ? false : chosen === ids.length || undefined;
  return <Tick label="Select the runs around here" chosen={state} onChange={() => selection.set(ids, !state)} />;
}

interface RowProps {
  row: RunsRow | undefined;
  columns: Column[];
  selection: Selection;
  groups: Groups;
}

function RowCells({ row, columns, selection, groups }: RowProps) {
  if (row?.run) {
    const { run } = row;
    const own = { selected: selection.ids.has(run.id), inset: isBelow(run, groups) };
    return <RunCells run={run} columns={columns} select={selection.set} {...own} />;
  }
  if (row?.experiment) {
    const { experiment } = row;
    return <ExperimentCells experiment={experiment} columns={columns.length} groups={groups} selection={selection} />;
  }
  return (
    <Table.Td colSpan={columns.length + 1} h={ROW_HEIGHT}>
      <Skeleton height={14} />
    </Table.Td>
  );
}

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
