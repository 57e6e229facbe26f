import { Box, Group, SegmentedControl, Slider, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { jobsQuery } from "../../../api/queries";
import type { Job, Run } from "../../../api/types";
import { many } from "../../../format/numbers";
import { boundaries, epochAt, epochCount } from "./epochs";

type Mode = "latest" | "epoch" | "paper";

interface EpochChoice {
  mode: Mode;
  setMode: (mode: Mode) => void;
  position: number;
  setPosition: (position: number) => void;
  jobs: Job[];
  total: number;
  title: string | undefined;
  /** What the API is asked for: `latest`, `paper` or job:epoch. */
  query: string;
}

/** The epochs a figure shows: the latest, one chosen on a slider, or those that the paper shows side by side. */
export function useEpochChoice(run: Run): EpochChoice {
  const jobs = useQuery(jobsQuery(run.id)).data ?? [];
  const [mode, setMode] = useState<Mode>("latest");
  const [position, setPosition] = useState(1);
  const [settled] = useDebouncedValue(position, 100, { leading: true });
  const total = epochCount(jobs);
  const shown = epochAt(jobs, settled);
  const choose = (next: Mode) => {
    if (next === "epoch" && mode !== "epoch") setPosition(total);
    setMode(next);
  };
  const query = mode === "epoch" ? (shown ? `${shown.jobId}:${shown.epoch}` : "latest") : mode;
  return { mode, setMode: choose, position, setPosition, jobs, total, title: shown?.title, query };
}

export function EpochModes({ choice }: { choice: EpochChoice }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Epochs shown"
      value={choice.mode}
      onChange={(mode) => choice.setMode(mode as Mode)}
      data={[
        { value: "latest", label: "Latest" },
        { value: "epoch", label: "At an epoch", disabled: choice.total === 0 },
        { value: "paper", label: "Side by side" },
      ]}
    />
  );
}

export function EpochSlider({ choice }: { choice: EpochChoice }) {
  const { mode, position, setPosition, jobs, total, title } = choice;
  if (mode !== "epoch") return null;
  return (
    <Box mb="lg" px="xs">
      <Group justify="space-between">
        <Text size="sm" aria-live="polite">
          {title}
        </Text>
        <Text size="xs" c="dimmed">
          {many(total, "epoch")}
        </Text>
      </Group>
      <Slider
        thumbLabel="Epoch"
        min={1}
        max={Math.max(2, total)}
        value={position}
        onChange={setPosition}
        label={(value) => epochAt(jobs, value)?.title}
        marks={boundaries(jobs)}
        mb="md"
      />
    </Box>
  );
}
