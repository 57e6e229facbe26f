import { Alert, Text } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { hasEnded, type Run } from "../../api/types";

/** Says that the run can only be viewed, and why. */
export function ReadOnly({ run }: { run: Run }) {
  if (!run.read_only) return null;
  return (
    <Alert color="yellow" icon={<IconLock />} title="This run is read-only" data-testid="read-only">
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {run.read_only} {hasEnded(run.status) ? ENDED : WAITING}
      </Text>
    </Alert>
  );
}

const ENDED = "What it has stored is shown, but nothing can be launched from it.";
const WAITING =
  "It waits, and goes on by itself once the server is started with what is missing. Until then it can be cancelled.";
