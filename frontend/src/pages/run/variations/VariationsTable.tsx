import { Group, Select, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { latestReturnsQuery, PAGE_SIZE } from "../../../api/queries";
import type { Run, Source, VariationReturn } from "../../../api/types";
import { type Column, DataTable } from "../../../components/DataTable";
import { Mark } from "../../../components/Facts";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { decimal, percent } from "../../../format/numbers";
import { useChoice } from "./useChoice";
import { VariationLink } from "./VariationLink";

const SOURCES: { value: Source; label: string }[] = [
  { value: "training", label: "Training episodes" },
  { value: "evaluation", label: "Fresh evaluation" },
  { value: "held_out", label: "Held-out variations" },
];

const TEXTS: Record<Source, string> = {
  training: "The latest training episodes of each variation",
  evaluation: "The latest evaluation of each variation",
  held_out: "The latest evaluation of each held-out variation",
};

const SUCCESS = "success_rate";

const COLUMNS: Column<VariationReturn>[] = [
  {
    id: "mean_return",
    title: "Mean return",
    cell: (item) => <MeanReturn item={item} />,
    sortBy: (item) => item.mean_return,
  },
  { id: SUCCESS, title: "Success", cell: (item) => percent(item.success_rate), sortBy: (item) => item.success_rate },
  { id: "episodes", title: "Episodes", cell: (item) => item.episodes, sortBy: (item) => item.episodes },
  { id: "mean_length", title: "Length", cell: (item) => decimal(item.mean_length), sortBy: (item) => item.mean_length },
  { id: "epoch", title: "Epoch", cell: (item) => item.epoch, sortBy: (item) => item.epoch },
];

function columnsOf(runId: number, hasSuccess: boolean): Column<VariationReturn>[] {
  const name: Column<VariationReturn> = {
    id: "name",
    title: "Variation",
    cell: (item) => <VariationLink runId={runId} variation={item.variation} name={item.name} />,
    sortBy: (item) => item.variation,
  };
  return [name, ...COLUMNS.filter(({ id }) => hasSuccess || id !== SUCCESS)];
}

/** The latest estimate of every variation, or of those that are chosen, worst first. */
export function VariationsTable({ run, hasSuccess }: { run: Run; hasSuccess: boolean }) {
  const [source, setSource] = useState<Source>("training");
  const [search, setSearch] = useState("");
  const query = useQuery(latestReturnsQuery(run.id, source));
  return (
    <Panel
      title="Variations"
      text={`${TEXTS[source]}, worst first.`}
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
            aria-label="Source"
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
            <Rows run={run} items={items} search={search} hasSuccess={hasSuccess} source={source} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

const EMPTY: Record<Source, string> = {
  training: "No episode has ended yet. Estimates appear after the first epochs.",
  evaluation: "Nothing has been evaluated yet. Evaluations run on schedule, before the gate and at the end.",
  held_out: "No held-out variation has been evaluated yet, or the configuration has none.",
};

interface RowsProps {
  run: Run;
  items: VariationReturn[];
  search: string;
  hasSuccess: boolean;
  source: Source;
}

function Rows({ run, items, search, hasSuccess, source }: RowsProps) {
  const choice = useChoice();
  const chosen = source === "held_out" ? null : choice.chosen; // choices are of training variations
  const found = useMemo(() => named(items, search, chosen), [items, search, chosen]);
  const columns = useMemo(() => columnsOf(run.id, hasSuccess), [run.id, hasSuccess]);
  if (items.length === 0) return <Text c="dimmed">{EMPTY[source]}</Text>;
  return (
    <DataTable
      label="Variations"
      columns={columns}
      rows={found}
      rowKey={(item) => item.variation}
      minWidth={480}
      sortedBy="mean_return"
      paging={{ size: PAGE_SIZE, noun: "variation" }}
      highlightOnHover
      stickyHeader
    />
  );
}

/** The chosen variations whose name holds the words, by their number, which is the order of equals. */
function named(items: VariationReturn[], search: string, chosen: Set<number> | null): VariationReturn[] {
  const words = search.trim().toLowerCase();
  return items
    .filter((item) => (!chosen || chosen.has(item.variation)) && item.name.toLowerCase().includes(words))
    .sort((one, other) => one.variation - other.variation);
}

function MeanReturn({ item }: { item: VariationReturn }) {
  return (
    <>
      {decimal(item.mean_return)}
      {item.std_return !== null && (
        <Text span size="xs" c="dimmed">
          {" "}
          ± {decimal(item.std_return)}
        </Text>
      )}
    </>
  );
}
