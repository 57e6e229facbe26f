import { Group, SegmentedControl, Select } from "@mantine/core";
import type { Chosen, Look } from "../../api/comparing";
import { METRICS, SOURCES } from "../experiment/useCompared";

interface Props {
  chosen: Chosen;
  look: Look;
  /** Settings in which the runs differ. */
  settings: readonly string[];
  choose: (changes: Partial<Chosen>) => void;
  lookAt: (changes: Partial<Look>) => void;
}

const WAYS = [
  { value: "arm", label: "Arm" },
  { value: "experiment", label: "Experiment" },
  { value: "run", label: "Each run by itself" },
  { value: "tags", label: "Tags" },
];

/** What makes the groups, and what is compared. */
export function Choices({ chosen, look, settings, choose, lookAt }: Props) {
  const paths = new Set([...settings, ...(chosen.by.startsWith("setting:") ? [chosen.by.slice(8)] : [])]);
  return (
    <Group gap="sm" align="flex-end">
      <Select
        size="xs"
        w={{ base: "100%", xs: 240 }}
        label="Groups by"
        data={[
          { group: "What they belong to", items: WAYS },
          {
            group: "Settings in which they differ",
            items: [...paths].map((path) => ({ value: `setting:${path}`, label: path })),
          },
        ]}
        value={chosen.by}
        onChange={(by) => by && choose({ by })}
        allowDeselect={false}
        searchable
      />
      <SegmentedControl
        size="xs"
        aria-label="Metric"
        data={METRICS}
        value={look.metric ?? "score"}
        onChange={(metric) => lookAt({ metric: metric as Look["metric"] })}
      />
      <SegmentedControl
        size="xs"
        aria-label="Evaluated on"
        data={SOURCES}
        value={look.source ?? "evaluation"}
        onChange={(source) => lookAt({ source: source as Look["source"] })}
      />
    </Group>
  );
}

interface PairProps {
  groups: readonly string[];
  pair: readonly [string, string];
  lookAt: (changes: Partial<Look>) => void;
}

/** The two groups that figures of a pair, and the differences of code, are about. */
export function PairChoice({ groups, pair: [ours, theirs], lookAt }: PairProps) {
  const choice = (label: string, value: string, change: (name: string) => Partial<Look>) => (
    <Select
      size="xs"
      w={{ base: "100%", xs: 220 }}
      label={label}
      data={[...groups]}
      value={value}
      onChange={(name) => name && lookAt(change(name))}
      allowDeselect={false}
      searchable
    />
  );
  return (
    <Group gap="sm" align="flex-end">
      {choice("A", ours, (name) => ({ ours: name, theirs: name === theirs ? ours : theirs }))}
      {choice("against B", theirs, (name) => ({ theirs: name, ours: name === ours ? theirs : ours }))}
    </Group>
  );
}
