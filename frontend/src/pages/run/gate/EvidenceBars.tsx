import { Group, Text, Tooltip } from "@mantine/core";
import type { GateVariation } from "../../../api/types";
import { decimal, many } from "../../../format/numbers";
import classes from "./EvidenceBars.module.css";

interface Props {
  variations: GateVariation[];
  chosen: Set<number>;
  height?: number;
}

/** The frozen scores as a histogram; what specialists would train on stands out. */
export function EvidenceBars({ variations, chosen, height = 120 }: Props) {
  const bins = binsOf(variations.map((item) => ({ score: item.mean_return, chosen: chosen.has(item.variation) })));
  const highest = Math.max(1, ...bins.map((bin) => bin.chosen + bin.others));
  const first = bins[0];
  const last = bins[bins.length - 1];
  if (!first || !last) return null;
  return (
    <div>
      <div
        className={classes.bars}
        style={{ height }}
        role="img"
        aria-label={`Histogram of ${many(variations.length, "variation")} by mean return`}
      >
        {bins.map((bin) => (
          <Tooltip
            key={bin.from}
            label={`${decimal(bin.from)} to ${decimal(bin.to)}: ${many(bin.chosen + bin.others, "variation")}, ${bin.chosen} for specialists`}
          >
            <div className={classes.column}>
              <div className={classes.others} style={{ height: `${(bin.others / highest) * 100}%` }} />
              <div className={classes.chosen} style={{ height: `${(bin.chosen / highest) * 100}%` }} />
            </div>
          </Tooltip>
        ))}
      </div>
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {decimal(first.from)}
        </Text>
        <Text size="xs" c="dimmed">
          mean return; <span className={classes.key}>for specialists</span>
        </Text>
        <Text size="xs" c="dimmed">
          {decimal(last.to)}
        </Text>
      </Group>
    </div>
  );
}

export interface Bin {
  from: number;
  to: number;
  chosen: number;
  others: number;
}

/** Ten bins over the scores; `chosen` counts those that specialists will train on. */
export function binsOf(scores: { score: number; chosen: boolean }[], number = 10): Bin[] {
  if (scores.length === 0) return [];
  const values = scores.map(({ score }) => score);
  const low = Math.min(...values);
  const width = (Math.max(...values) - low) / number || 1 / number;
  const bins = Array.from({ length: number }, (_, index) => ({
    from: low + index * width,
    to: low + (index + 1) * width,
    chosen: 0,
    others: 0,
  }));
  for (const { score, chosen } of scores) {
    const bin = bins[Math.min(number - 1, Math.floor((score - low) / width + 1e-9))];
    if (bin) bin[chosen ? "chosen" : "others"] += 1;
  }
  return bins;
}
