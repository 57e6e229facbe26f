import { Button, Group } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { useRunCommand } from "../../api/mutations";
import { hasEnded, type Run } from "../../api/types";
import { Confirm } from "../../components/Confirm";
import { ContinueRun } from "./ContinueRun";
import { MoreActions } from "./MoreActions";

/** What failed, and what was cancelled while it went on after its result. */
const canTryAgain = (run: Run) =>
  !run.imported && (run.status === "failed" || (run.status === "cancelled" && run.continuations.length > 0));

/** What matters at this moment as buttons, the rest in a menu. */
export function RunActions({ run }: { run: Run }) {
  const command = useRunCommand(run.id);
  const [confirming, setConfirming] = useState(false);
  const ended = hasEnded(run.status);
  const readable = !run.read_only;
  const pausing = run.wish === "pause";
  return (
    <Group gap="xs">
      {readable && !ended && !pausing && run.status !== "paused" && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPause size={14} />}
          loading={command.isPending && command.variables === "pause"}
          onClick={() => command.mutate("pause")}
        >
          Pause
        </Button>
      )}
      {readable && !ended && (pausing || run.status === "paused") && (
        <Button
          size="xs"
          leftSection={<IconPlayerPlay size={14} />}
          loading={command.isPending && command.variables === "resume"}
          onClick={() => command.mutate("resume")}
        >
          Resume
        </Button>
      )}
      {!ended && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerStop size={14} />}
          disabled={run.wish === "cancel"}
          onClick={() => setConfirming(true)}
        >
          {run.wish === "cancel" ? "Cancelling" : "Cancel"}
        </Button>
      )}
      {readable && canTryAgain(run) && (
        <Button
          size="xs"
          leftSection={<IconRefresh size={14} />}
          loading={command.isPending && command.variables === "retry"}
          onClick={() => command.mutate("retry")}
          title="The jobs that failed are queued again and resume from their last checkpoints"
        >
          Try again
        </Button>
      )}
      {readable && !run.script && <ContinueRun run={run} />}
      <MoreActions run={run} />
      <Confirm
        opened={confirming}
        title="Cancel this run?"
        text="Its jobs stop and cannot be resumed. Results so far are kept. To resume later, pause the run instead."
        confirm="Cancel the run"
        keep="Keep it running"
        onConfirm={() => command.mutate("cancel", { onSettled: () => setConfirming(false) })}
        onClose={() => setConfirming(false)}
      />
    </Group>
  );
}
