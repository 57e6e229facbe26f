import { Badge } from "@mantine/core";
import type { Job, RunStatus } from "../api/types";
import { count } from "../format/numbers";
import { STATUS_COLOR, STATUS_LABEL } from "../theme";

const MOVING = new Set<RunStatus>(["generalist", "evaluation", "specialists", "finetune"]);

export function StatusBadge({ status, size = "md" }: { status: RunStatus; size?: string }) {
  return (
    <Badge
      size={size}
      color={STATUS_COLOR[status]}
      variant={status === "awaiting_approval" ? "filled" : "light"}
      tt="none"
      style={{ flexShrink: 0 }}
      leftSection={MOVING.has(status) ? <span className="pulse">●</span> : undefined}
      data-testid="run-status"
      data-status={status}
    >
      {STATUS_LABEL[status]}
    </Badge>
  );
}

const COLOR: Record<Job["status"], string> = {
  queued: "gray",
  running: "blue",
  lost: "yellow",
  paused: "yellow",
  succeeded: "green",
  failed: "red",
  cancelled: "gray",
};

export function JobBadge({ status }: { status: Job["status"] }) {
  return (
    <Badge size="sm" variant="light" color={COLOR[status]} tt="none" style={{ minWidth: "max-content" }}>
      {status}
    </Badge>
  );
}

/** Marks a run that can only be viewed, with the reason. */
export function ReadOnlyBadge({ run }: { run: { read_only?: string } }) {
  if (!run.read_only) return null;
  return (
    <Badge color="yellow" variant="outline" tt="none" style={{ flexShrink: 0 }} title={run.read_only}>
      read-only
    </Badge>
  );
}

/** Marks a run that was given more steps after its result was seen. */
export function ContinuedBadge({ run, size = "md" }: { run: { continued_steps?: number }; size?: string }) {
  if (!run.continued_steps) return null;
  return (
    <Badge
      size={size}
      color="indigo"
      variant="outline"
      tt="none"
      style={{ flexShrink: 0 }}
      title="Continued: the budget was decided after the result was seen."
      data-testid="continued"
    >
      continued +{count(run.continued_steps)}
    </Badge>
  );
}

/** Marks a run that was made elsewhere and imported as a record. */
export function ImportedBadge({ run, size = "md" }: { run: { imported: boolean }; size?: string }) {
  if (!run.imported) return null;
  return (
    <Badge
      size={size}
      color="gray"
      variant="outline"
      tt="none"
      style={{ flexShrink: 0 }}
      title="Imported as a record of a run made elsewhere. It has no files and cannot be resumed."
      data-testid="imported"
    >
      imported
    </Badge>
  );
}
