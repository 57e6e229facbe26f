import { Box, Group, SegmentedControl, Slider, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import type { ClickedPoint } from "plotly.js-cartesian-dist-min";
import { useState } from "react";
import { jobsQuery } from "../../../api/queries";
import type { Run } from "../../../api/types";
import { Panel } from "../../../components/Panel";
import { Figure } from "../../../plot/Figure";
import type { Metric } from "../useMetric";
import { BinList } from "./BinList";
import { boundaries, epochAt, epochCount } from "./epochs";

type Mode = "latest" | "epoch" | "paper";

/** How many variations score how much: now, at an epoch of the slider, or at the moments the paper shows. */
export function Histogram({ run, metric }: { run: Run; metric: Metric }) {
  const jobs = useQuery(jobsQuery(run.id)).data ?? [];
  const [mode, setMode] = useState<Mode>("latest");
  const [place, setPlace] = useState(1);
  const [settled] = useDebouncedValue(place, 150);
  const [bin, setBin] = useState<number[] | null>(null);
  const total = epochCount(jobs);
  const shown = epochAt(jobs, settled);
  const epochs = mode === "epoch" && shown ? `${shown.jobId}:${shown.epoch}` : mode === "paper" ? "paper" : "latest";
  const choose = (next: string) => {
    if (next === "epoch" && mode !== "epoch") setPlace(total);
    setMode(next as Mode);
    setBin(null);
  };
  return (
    <Panel
      title="Variations by score"
      text="How many variations score how much. Click a bar to list its variations."
      actions={
        <SegmentedControl
          size="xs"
          aria-label="PolicyEpoch of the histogram"
          value={mode}
          onChange={choose}
          data={[
            { value: "latest", label: "Latest" },
            { value: "epoch", label: "At an epoch", disabled: total === 0 },
            { value: "paper", label: "Side by side" },
          ]}
        />
      }
    >
      {mode === "epoch" && (
        <Box mb="lg" px="xs">
          <Group justify="space-between">
            <Text size="sm" aria-live="polite">
              {shown?.title}
            </Text>
            <Text size="xs" c="dimmed">
              {total} epochs
            </Text>
          </Group>
          <Slider
            thumbLabel="Epoch"
            min={1}
            max={Math.max(2, total)}
            value={place}
            onChange={setPlace}
            label={(value) => epochAt(jobs, value)?.title}
            marks={boundaries(jobs)}
            mb="md"
          />
        </Box>
      )}
      <Figure
        runId={run.id}
        name="variation_histogram"
        label="Histogram of the variations by score"
        choice={{ metric, epochs }}
        height={260}
        onClick={(point) => setBin(variationsOf(point))}
      />
      {bin && <BinList run={run} variations={bin} onClose={() => setBin(null)} />}
    </Panel>
  );
}

function variationsOf(point: ClickedPoint): number[] {
  const data = point.customdata;
  const list = Array.isArray(data) ? data : [data];
  return list.filter((value): value is number => typeof value === "number");
}
