import { Text } from "@mantine/core";
import type { RunSummary } from "../api/types";
import { sentence } from "../format/numbers";

/** For whom a queued run waits; nothing for others. */
export function Waiting({ run }: { run: Pick<RunSummary, "status" | "message"> }) {
  if (run.status !== "queued" || !run.message) return null;
  return (
    <Text size="xs" c="dimmed" maw={260} style={{ overflowWrap: "anywhere" }}>
      {sentence(run.message)}
    </Text>
  );
}
