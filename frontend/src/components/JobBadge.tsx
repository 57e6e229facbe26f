import { Badge } from "@mantine/core";
import type { Job } from "../api/types";

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
