import { Group, Pagination, Table, type TableTdProps, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconSelector } from "@tabler/icons-react";
import {
  type ColumnDef,
  createPaginatedRowModel,
  createSortedRowModel,
  type Header,
  rowPaginationFeature,
  rowSortingFeature,
  sortFn_basic,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { type ReactNode, useMemo, useState } from "react";
import { many } from "../format/numbers";

/** A column as data: its heading and what it shows of a row. */
export interface Column<T> {
  id: string;
  title: string;
  cell: (row: T) => ReactNode;
  /** What the column is sorted by; missing values come last in either order. Without it the heading is plain text. */
  sortBy?: (row: T) => number | null;
  td?: TableTdProps;
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => number;
  /** CSS pixels below which the table scrolls sideways. */
  minWidth: number;
  /** The column, ascending, by which the rows are sorted at first. */
  sortedBy?: string;
  /** With it the rows are counted below the table and shown a page at a time. */
  paging?: { size: number; noun: string };
  isChosen?: (row: T) => boolean;
  highlightOnHover?: boolean;
  stickyHeader?: boolean;
  verticalSpacing?: string;
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  rowPaginationFeature,
  paginatedRowModel: createPaginatedRowModel(),
});

/** A table of rows with columns as data; sorted and paged where its props ask for it. */
export function DataTable<T extends object>(props: Props<T>) {
  const { columns, rows, rowKey, sortedBy, paging, label, minWidth, isChosen, ...look } = props;
  const { table, page, pages, setPage } = useSortedPages(props);
  return (
    <>
      <Table.ScrollContainer minWidth={minWidth}>
        <Table aria-label={label} fz="sm" {...look}>
          <Table.Thead>
            <Table.Tr>
              {table.getFlatHeaders().map((header) => (
                <Heading key={header.id} header={header} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="tabular">
            {table.getRowModel().rows.map((row) => (
              <Table.Tr key={row.id} bg={isChosen?.(row.original) ? "var(--mantine-color-default-hover)" : undefined}>
                {columns.map((column) => (
                  <Table.Td key={column.id} {...column.td}>
                    {column.cell(row.original)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {paging && (
        <Group justify="space-between" mt="xs">
          <Text size="xs" c="dimmed">
            {many(rows.length, paging.noun)}
          </Text>
          {pages > 1 && <Pagination size="sm" total={pages} value={page} onChange={setPage} />}
        </Group>
      )}
    </>
  );
}

function useSortedPages<T extends object>({ columns, rows, rowKey, sortedBy, paging }: Props<T>) {
  const [chosen, setPage] = useState(1);
  const size = paging?.size ?? Math.max(1, rows.length);
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const page = Math.min(chosen, pages); // a search may leave fewer pages than the one chosen
  const table = useTable({
    features,
    columns: useMemo(() => columns.map(definition), [columns]),
    data: rows,
    getRowId: (row) => String(rowKey(row)),
    initialState: { sorting: sortedBy ? [{ id: sortedBy, desc: false }] : [] },
    state: { pagination: useMemo(() => ({ pageIndex: page - 1, pageSize: size }), [page, size]) },
    enableSortingRemoval: false,
    enableMultiSort: false,
    autoResetPageIndex: false, // live data must not send the reader back to the first page
  });
  return { table, page, pages, setPage };
}

function definition<T extends object>({ id, title, sortBy }: Column<T>): ColumnDef<typeof features, T> {
  const shared = { id, header: title, sortDescFirst: false, sortUndefined: "last", sortFn: sortFn_basic } as const;
  return sortBy ? { ...shared, accessorFn: (row) => sortBy(row) ?? undefined } : shared;
}

const ORDER = { asc: "ascending", desc: "descending" } as const;
const ICON = { ascending: IconChevronUp, descending: IconChevronDown, none: IconSelector };

function Heading<T extends object>({ header: { column } }: { header: Header<typeof features, T> }) {
  const title = String(column.columnDef.header);
  if (!title)
    return (
      <Table.Th>
        <VisuallyHidden>Actions</VisuallyHidden>
      </Table.Th>
    );
  if (!column.getCanSort()) return <Table.Th>{title}</Table.Th>;
  const direction = column.getIsSorted();
  const order = direction ? ORDER[direction] : "none";
  const Arrow = ICON[order];
  return (
    <Table.Th aria-sort={order}>
      <UnstyledButton onClick={() => column.toggleSorting()}>
        <Group gap={4} wrap="nowrap">
          <Text span size="sm" fw={600}>
            {title}
          </Text>
          <Arrow size={14} aria-hidden />
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}
