import { Group, Pagination, Select, Table, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { latestReturnsQuery, PAGE_SIZE } from "../../../api/queries";
import type { Source, VariationReturn } from "../../../api/types";
import { Loaded } from "../../../components/Loaded";
import { Mark } from "../../../components/Mark";
import { Panel } from "../../../components/Panel";
import { SortHeader } from "../../../components/SortHeader";
import { figure, many, percent } from "../../../format/numbers";
import { arrange, type Column, nextOrder, type Order, WORST_FIRST } from "./rows";

const SOURCES: { value: Source; label: string }[] = [
  { value: "training", label: "Training episodes" },
  { value: "evaluation", label: "Fresh evaluation" },
  { value: "held_out", label: "Held-out variations" },
];

const COLUMNS: { column: Column; title: string }[] = [
  { column: "name", title: "Variation" },
  { column: "mean_return", title: "Mean return" },
  { column: "success_rate", title: "Success" },
  { column: "episodes", title: "Episodes" },
  { column: "mean_length", title: "Length" },
  { column: "epoch", title: "Epoch" },
];

/** The latest estimate of every variation, worst first. */
export function VariationsTable({ runId, hasSuccess }: { runId: number; hasSuccess: boolean }) {
  const [source, setSource] = useState<Source>("training");
  const [search, setSearch] = useState("");
  const query = useQuery(latestReturnsQuery(runId, source));
  return (
    <Panel
      title="Variations, worst first"
      text="The latest estimate of each variation by the run's own policy."
      actions={
        <Group gap="xs">
          <TextInput
            size="xs"
            aria-label="Search variations"
            placeholder="Search"
            leftSection={<IconSearch size={14} />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            w={140}
          />
          <Select
            size="xs"
            aria-label="Source of the estimates"
            data={SOURCES}
            value={source}
            onChange={(value) => value && setSource(value as Source)}
            allowDeselect={false}
            w={170}
          />
        </Group>
      }
    >
      <Loaded query={query}>
        {({ items }) => (
          <>
            <Mark text={[...new Set(items.map((item) => item.mark))].filter(Boolean).join("; ")} />
            <Rows items={items} search={search} hasSuccess={hasSuccess} empty={EMPTY[source]} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

const EMPTY: Record<Source, string> = {
  training: "No episode has ended yet. The first estimates come with the first epochs.",
  evaluation: "Nothing was evaluated yet. Evaluations run on schedule, before the gate and at the end.",
  held_out: "No held-out variation was evaluated: the configuration may have none, or its turn comes later.",
};

interface RowsProps {
  items: VariationReturn[];
  search: string;
  hasSuccess: boolean;
  empty: string;
}

function Rows({ items, search, hasSuccess, empty }: RowsProps) {
  const [order, setOrder] = useState<Order>(WORST_FIRST);
  const [page, setPage] = useState(1);
  if (items.length === 0) return <Text c="dimmed">{empty}</Text>;
  const rows = arrange(items, search, order);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
  const first = (Math.min(page, pages) - 1) * PAGE_SIZE;
  const columns = COLUMNS.filter(({ column }) => hasSuccess || column !== "success_rate");
  return (
    <>
      <Table.ScrollContainer minWidth={480}>
        <Table fz="sm" highlightOnHover stickyHeader aria-label="Variations">
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ column, title }) => (
                <SortHeader
                  key={column}
                  title={title}
                  sorted={order.column === column ? (order.descending ? "descending" : "ascending") : "none"}
                  onSort={() => setOrder(nextOrder(order, column))}
                />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="tabular">
            {rows.slice(first, first + PAGE_SIZE).map((item) => (
              <Table.Tr key={item.variation}>
                <Table.Td>{item.name}</Table.Td>
                <Table.Td>
                  {figure(item.mean_return)}
                  {item.std_return !== null && (
                    <Text span size="xs" c="dimmed">
                      {" "}
                      ± {figure(item.std_return)}
                    </Text>
                  )}
                </Table.Td>
                {hasSuccess && <Table.Td>{percent(item.success_rate)}</Table.Td>}
                <Table.Td>{item.episodes}</Table.Td>
                <Table.Td>{figure(item.mean_length)}</Table.Td>
                <Table.Td>{item.epoch}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group justify="space-between" mt="xs">
        <Text size="xs" c="dimmed">
          {many(rows.length, "variation")}
        </Text>
        {pages > 1 && <Pagination size="sm" total={pages} value={Math.min(page, pages)} onChange={setPage} />}
      </Group>
    </>
  );
}
