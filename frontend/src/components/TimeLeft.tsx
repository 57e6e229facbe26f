import { Text } from "@mantine/core";
import { hasEnded } from "../api/live";
import type { RunSummary } from "../api/types";
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
