import { Badge, Group, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { sessionQuery } from "../api/queries";
import { hasEnded, type RunSummary } from "../api/types";
import { getIn } from "../form/paths";
import { decimal, many, sentence } from "../format/numbers";
import { duration, parseTime } from "../format/time";
import classes from "./RunFacts.module.css";

/** The time a run still needs, or how long it took. */
export function timeLeft(run: RunSummary): string {
  if (hasEnded(run.status)) {
    if (!run.ended_at) return "ended";
    return `took ${duration((parseTime(run.ended_at).getTime() - parseTime(run.created_at).getTime()) / 1000)}`;
  }
  if (run.status === "awaiting_approval" && !run.read_only) return "waiting for you";
  if (run.status === "paused") return "paused";
  const left = run.eta_seconds === null ? "time left unknown" : `${duration(run.eta_seconds)} left`;
  return run.activity ? `${run.activity} · ${left}` : left;
}

export function TimeLeft({ run }: { run: RunSummary }) {
  return <span className={`${classes.small} tabular`}>{timeLeft(run)}</span>;
}

interface MeasuredProps {
  value: number | null;
  source: string | null | undefined;
  /** Beside the value. */
  children?: ReactNode;
}

/** A value, and below it what it was measured in. */
export function Measured({ value, source, children }: MeasuredProps) {
  return (
    <>
      <div className={classes.measured}>
        <div className={classes.value}>{decimal(value)}</div>
        {children}
      </div>
      {source && <div className={`${classes.small} ${classes.source}`}>{source}</div>}
    </>
  );
}

/** What a queued run is waiting for. */
export function Waiting({ run }: { run: Pick<RunSummary, "status" | "message"> }) {
  if (run.status !== "queued" || !run.message) return null;
  return <div className={`${classes.small} ${classes.message}`}>{sentence(run.message)}</div>;
}

/** How many of the runs about to be launched will stop at a gate until somebody decides. */
export function WaitsForYou({ runs, of }: { runs: number; of: number }) {
  if (of === 0) return null;
  if (runs === 0) {
    return (
      <Text size="sm" c="dimmed" data-testid="waits-for-you">
        No run will wait for you: gates are approved automatically.
      </Text>
    );
  }
  return (
    <Text size="sm" fw={600} c="grape" data-testid="waits-for-you">
      {many(runs, "run")} will wait for you at {runs === 1 ? "its gate" : "their gates"}.
    </Text>
  );
}

/** Whether a run with this configuration stops at a gate until somebody decides; a baseline has none. */
export function asksAtGate(config: Record<string, unknown>): boolean {
  return config.arm !== "generalist" && getIn(config, ["gate", "mode"]) === "ask";
}

const TITLES: Record<RunSummary["arm"], string> = {
  gsl: "GSL",
  generalist: "baseline",
  generalist_low: "baseline on the lowest variations",
};

/** The arm, after its label in the experiment where that is another word. */
export function armTitle(run: Pick<RunSummary, "arm" | "arm_name">): string {
  const title = TITLES[run.arm];
  const label = run.arm_name.toLowerCase();
  if (run.arm === "generalist" && label === "specialist") return label; // that a script trains, in a run of its own
  return label === "" || label === run.arm || label === title.toLowerCase() ? title : `${run.arm_name} (${title})`;
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

/** Whose it is, unless it is one's own. */
export function OtherOwner({ owner }: { owner: string }) {
  const me = useQueryClient().getQueryData(sessionQuery.queryKey)?.account?.name; // who it is changes with the page
  return owner && owner !== me ? ` · ${owner}` : null;
}
