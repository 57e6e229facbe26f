import { Group, Text, Tooltip } from "@mantine/core";
import type { GateVariation } from "../../../api/types";
import { figure, many } from "../../../format/numbers";
import { binsOf } from "./bins";
import classes from "./EvidenceBars.module.css";

/** The frozen scores as a histogram; what specialists would train on stands out. */
export function EvidenceBars({ variations, chosen }: { variations: GateVariation[]; chosen: Set<number> }) {
  const bins = binsOf(variations.map((item) => ({ score: item.mean_return, chosen: chosen.has(item.variation) })));
  const highest = Math.max(1, ...bins.map((bin) => bin.chosen + bin.others));
  const first = bins[0];
  const last = bins[bins.length - 1];
  if (!first || !last) return null;
  return (
    <div>
      <div
        className={classes.bars}
        role="img"
        aria-label={`Histogram of ${many(variations.length, "variation")} by mean return`}
      >
        {bins.map((bin) => (
          <Tooltip
            key={bin.from}
            label={`${figure(bin.from)} to ${figure(bin.to)}: ${many(bin.chosen + bin.others, "variation")}, ${bin.chosen} for specialists`}
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
          {figure(first.from)}
        </Text>
        <Text size="xs" c="dimmed">
          mean return; <span className={classes.key}>for specialists</span>
        </Text>
        <Text size="xs" c="dimmed">
          {figure(last.to)}
        </Text>
      </Group>
    </div>
  );
}
