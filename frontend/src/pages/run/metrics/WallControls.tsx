import { CloseButton, Group, MultiSelect, SegmentedControl, Slider, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback, useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { link } from "../../../api/address";
import { runsQuery } from "../../../api/run-list";
import type { Run } from "../../../api/types";
import { many } from "../../../format/numbers";
import type { Charts } from "./charts-query";
import { type Choice, MEMORIES } from "./choice";

interface Props {
  run: Run;
  choice: Choice;
  choose: (change: Partial<Choice>) => void;
  /** Those that are laid over one another. */
  runs: Charts["runs"];
}

/** What is searched for, how lines are smoothed, the axes, and the runs that are laid over this one. */
export function WallControls({ run, choice, choose, runs }: Props) {
  return (
    <>
      <Group gap="md" align="flex-end" mb="sm">
        <Search value={choice.find} onChange={(find) => choose({ find })} />
        <Smoothing memory={choice.smoothing} onChange={(smoothing) => choose({ smoothing })} />
        <SegmentedControl
          size="xs"
          aria-label="Scale of the values"
          value={choice.scale}
          onChange={(scale) => choose({ scale: scale as Choice["scale"] })}
          data={[
            { value: "linear", label: "Linear" },
            { value: "log", label: "Log" },
          ]}
        />
        <SegmentedControl
          size="xs"
          aria-label="Steps counted"
          value={choice.axis}
          onChange={(axis) => choose({ axis: axis as Choice["axis"] })}
          data={[
            { value: "total", label: "Total steps" },
            { value: "critical", label: "Critical path" },
          ]}
        />
        {!link && <Others run={run} chosen={choice.others} onChange={(others) => choose({ others })} />}
      </Group>
      <Legend run={run} runs={runs} />
    </>
  );
}

function Search({ value, onChange }: { value: string; onChange: (find: string) => void }) {
  const [text, setText] = useState(value);
  const settle = useDebouncedCallback(onChange, 200);
  const change = (next: string) => {
    setText(next);
    settle(next);
  };
  return (
    <TextInput
      size="xs"
      w={220}
      type="search"
      aria-label="Search metrics"
      placeholder="Search metrics"
      leftSection={<IconSearch size={14} />}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      rightSection={text && <CloseButton size="xs" aria-label="Clear the search" onClick={() => change("")} />}
    />
  );
}

function Smoothing({ memory, onChange }: { memory: number; onChange: (memory: number) => void }) {
  const place = Math.max(
    0,
    MEMORIES.findLastIndex((each) => each <= memory),
  );
  const title = memory ? `Smoothing: the last ${many(memory, "epoch")}` : "Smoothing: none";
  return (
    <div style={{ width: 210 }}>
      <Text size="xs" c="dimmed" className="tabular">
        {title}
      </Text>
      <Slider
        size="sm"
        label={null}
        thumbLabel="Smoothing"
        min={0}
        max={MEMORIES.length - 1}
        value={place}
        onChange={(next) => onChange(MEMORIES[next] ?? 0)}
      />
    </div>
  );
}

/** Other runs by name; a number that is not listed yet is found by typing its name. */
function Others({ run, chosen, onChange }: { run: Run; chosen: number[]; onChange: (others: number[]) => void }) {
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text, 250);
  const found = useQuery(runsQuery({ q: settled || undefined }, 0)).data?.items ?? [];
  const options = found
    .filter(({ id }) => id !== run.id)
    .map(({ id, name }) => ({ value: `${id}`, label: `${id}: ${name}` }));
  const listed = new Set(options.map(({ value }) => value));
  const others = chosen.map(String).filter((id) => !listed.has(id));
  return (
    <MultiSelect
      size="xs"
      w={{ base: "100%", sm: 260 }}
      aria-label="Runs laid over this one"
      placeholder={chosen.length ? "" : "Lay over other runs"}
      searchable
      clearable
      maxValues={7}
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      data={[...options, ...others.map((id) => ({ value: id, label: `Run ${id}` }))]}
      value={chosen.map(String)}
      onChange={(ids) => onChange(ids.map(Number))}
    />
  );
}

/** Which colour is which run; other suites are named, as their values may mean something else. */
function Legend({ run, runs }: { run: Run; runs: Charts["runs"] }) {
  if (runs.length < 2) return null;
  return (
    <Group component="ul" aria-label="Runs" gap="md" mb="sm" p={0} m={0} style={{ listStyle: "none" }}>
      {runs.map(({ id, name, suite, colour }) => (
        <Group component="li" key={id} gap={6} wrap="nowrap">
          <span aria-hidden style={{ width: 18, height: 3, background: colour, flex: "none" }} />
          <Text size="sm">
            {name}
            {suite === run.suite ? "" : `, of another suite: ${suite}`}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
