import { Badge } from "@mantine/core";
import type { RunStatus } from "../api/types";
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
