import { Button, Group } from "@mantine/core";
import {
  IconCopy,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconScale,
  IconTrash,
} from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useDeleteRun, useRunCommand } from "../../api/mutations";
import { hasEnded, type Run } from "../../api/types";
import { Confirm } from "../../components/Confirm";
import { ExportMenu } from "../../components/ExportMenu";
import { Share } from "../../components/Share";
import { ContinueRun } from "./ContinueRun";
import { LaunchBaseline } from "./RunBaseline";

/** What failed, and what was cancelled while it went on after its result. */
const canTryAgain = (run: Run) =>
  !run.imported && (run.status === "failed" || (run.status === "cancelled" && run.continuations.length > 0));

export function RunActions({ run }: { run: Run }) {
  const command = useRunCommand(run.id);
  const navigate = useNavigate();
  const remove = useDeleteRun(run.id, () => navigate("/runs", { replace: true }));
  const [confirming, setConfirming] = useState<"cancel" | "delete" | null>(null);
  const ended = hasEnded(run.status);
  const readable = !run.read_only;
  const pausing = run.wish === "pause";
  const close = () => setConfirming(null);
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
          onClick={() => setConfirming("cancel")}
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
      {readable && <ContinueRun run={run} />}
      {readable && <LaunchBaseline run={run} />}
      {readable && (
        <Button
          component={Link}
          to={`/runs/new?from=${run.id}`}
          size="xs"
          variant="default"
          leftSection={<IconCopy size={14} />}
        >
          Start from this run
        </Button>
      )}
      <Button
        component={Link}
        to={`/compare?runs=${run.id}`}
        size="xs"
        variant="default"
        leftSection={<IconScale size={14} />}
      >
        Compare with…
      </Button>
      <Share what={{ kind: "run", id: run.id }} />
      <ExportMenu of={`runs/${run.id}`} record={ended} />
      {ended && (
        <Button
          size="xs"
          variant="default"
          c="red"
          leftSection={<IconTrash size={14} />}
          onClick={() => setConfirming("delete")}
        >
          Delete
        </Button>
      )}
      <Confirm
        opened={confirming === "cancel"}
        title="Cancel this run?"
        text="Its jobs stop and cannot be resumed. Results so far are kept. To resume later, pause the run instead."
        confirm="Cancel the run"
        keep="Keep it running"
        onConfirm={() => command.mutate("cancel", { onSettled: close })}
        onClose={close}
      />
      <Confirm
        opened={confirming === "delete"}
        title="Delete this run?"
        text="It goes into the bin, where it can be restored for 30 days. Then it is deleted for good, with its files."
        confirm="Delete the run"
        keep="Keep the run"
        onConfirm={() => remove.mutate(undefined, { onSettled: close })}
        onClose={close}
      />
    </Group>
  );
}
