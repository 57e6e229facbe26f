import { Badge, Group, Text } from "@mantine/core";
import type { VariationStory } from "../../api/types";
import { Panel } from "../../components/Panel";
import { decimal, many, percent } from "../../format/numbers";

type Changed = VariationStory["changes"][number];

const COLOUR = { gained: "teal", forgotten: "orange", "no clear change": "gray" } as const;

/** What changed between the gate and the end, with its interval and how far it can be trusted. */
export function Change({ changes, heldOut }: { changes: Changed[]; heldOut: boolean }) {
  if (heldOut) return null;
  return (
    <Panel title="Gained or forgotten" text={changes[0] ? BEFORE[`${changes[0].fresh}`] : undefined}>
      {changes.length === 0 && (
        <Text c="dimmed">Known once the variation was evaluated at a gate and again after fine-tuning.</Text>
      )}
      {changes.map((change) => (
        <Line key={change.metric} change={change} />
      ))}
    </Panel>
  );
}

const BEFORE = {
  true: "The policy at the gate was measured again for this, apart from the evaluation that selected variations.",
  false:
    "The evaluation that selected variations stands in for the measurement at the gate: the lowest of noisy means are lowest by bad luck too, and seem to gain.",
};

function Line({ change }: { change: Changed }) {
  const text = (value: number) => (change.metric === "success" ? percent(value) : decimal(value));
  const signed = (value: number) => `${value > 0 ? "+" : ""}${text(value)}`;
  const interval =
    change.low === null || change.high === null
      ? "too few episodes for an interval"
      : `${percent(change.confidence)} interval ${signed(change.low)} to ${signed(change.high)}`;
  const p = change.p_value === null ? "" : `, corrected p ${pText(change.p_value)}`;
  return (
    <Group gap="sm" className="tabular" mt={4}>
      <Badge variant="light" color={COLOUR[change.verdict]} tt="none" w={130}>
        {change.verdict}
      </Badge>
      <Text size="sm">
        <b>{change.metric === "success" ? "Success rate" : "Mean return"}</b> {text(change.before)} at the gate,{" "}
        {text(change.after)} {change.final ? "at the end" : "so far"}: {signed(change.difference)}, {interval}
        {p}
        <Text span size="xs" c="dimmed">
          {" "}
          from {change.episodes_before} and {many(change.episodes_after, "episode")}
        </Text>
      </Text>
    </Group>
  );
}

const pText = (value: number) => (value < 0.001 ? "below 0.001" : value.toFixed(3));
