import { Badge, Group, Text } from "@mantine/core";
import { Link } from "react-router";
import { hasEnded } from "../api/live";
import type { RunSummary } from "../api/types";
import { sentence } from "../format/numbers";
import { duration, parseTime } from "../format/time";

/** What is left of a run, or how long it took. */
export function timeLeft(run: RunSummary): string {
  if (hasEnded(run.status)) {
    if (!run.ended_at) return "ended";
    return `took ${duration((parseTime(run.ended_at).getTime() - parseTime(run.created_at).getTime()) / 1000)}`;
  }
  if (run.status === "awaiting_approval") return "waits for you";
  if (run.status === "paused") return "paused";
  return run.eta_seconds === null ? "time left unknown" : `${duration(run.eta_seconds)} left`;
}

export function TimeLeft({ run }: { run: RunSummary }) {
  return (
    <Text size="xs" c="dimmed" className="tabular" span>
      {timeLeft(run)}
    </Text>
  );
}

/** For whom a queued run waits; nothing for others. */
export function Waiting({ run }: { run: Pick<RunSummary, "status" | "message"> }) {
  if (run.status !== "queued" || !run.message) return null;
  return (
    <Text size="xs" c="dimmed" maw={260} style={{ overflowWrap: "anywhere" }}>
      {sentence(run.message)}
    </Text>
  );
}

const TITLES: Record<RunSummary["arm"], string> = {
  gsl: "GSL",
  generalist: "baseline",
  generalist_low: "baseline on the lowest",
};

/** The arm, with its label in the experiment where that says more. */
export function armTitle(run: Pick<RunSummary, "arm" | "arm_name">): string {
  const title = TITLES[run.arm];
  return run.arm_name && run.arm_name !== run.arm ? `${run.arm_name} (${title})` : title;
}

/** A run's tags; each leads to the runs that share it. */
export function Tags({ tags }: { tags: string[] }) {
  if (tags.length === 0) return null;
  return (
    <Group gap={4}>
      {tags.map((tag) => (
        <Badge
          key={tag}
          component={Link}
          to={`/runs?tag=${encodeURIComponent(tag)}`}
          variant="outline"
          color="gray"
          size="sm"
          tt="none"
          style={{ cursor: "pointer" }}
        >
          {tag}
        </Badge>
      ))}
    </Group>
  );
}
