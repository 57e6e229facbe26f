import { Alert, Button, Group, Stack, Textarea } from "@mantine/core";
import { IconCheck, IconPlayerStop, IconRepeat } from "@tabler/icons-react";
import { useState } from "react";
import { Panel } from "../../../components/Panel";
import { count } from "../../../format/numbers";

interface Props {
  approveLabel: string;
  canApprove: boolean;
  /** What keeping on training would train at most; null where that is not known. */
  continueSteps: number | null;
  busy: boolean;
  error: string | null;
  onApprove: (reason: string) => void;
  onReject: (action: "continue" | "stop", reason: string) => void;
}

/** Approve, keep training or stop, with the reason that stays in the record. */
export function Decision({ approveLabel, canApprove, continueSteps, busy, error, onApprove, onReject }: Props) {
  const [reason, setReason] = useState("");
  return (
    <Panel title="Your decision" text="A decision is final and is kept in the run's record.">
      <Stack gap="sm">
        <Textarea
          label="Reason"
          name="reason"
          description="Optional. Shown to everyone who views the run."
          autosize
          minRows={1}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {error && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group gap="xs">
          <Button
            color="green.8"
            leftSection={<IconCheck size={16} />}
            disabled={!canApprove}
            loading={busy}
            onClick={() => onApprove(reason)}
          >
            {approveLabel}
          </Button>
          <Button
            variant="default"
            leftSection={<IconRepeat size={16} />}
            disabled={busy || continueSteps === 0}
            title={continueSteps === 0 ? "Too few steps are left for another epoch and evaluation." : undefined}
            onClick={() => onReject("continue", reason)}
          >
            {continueSteps ? `Keep training (up to ${count(continueSteps)} steps)` : "Keep training"}
          </Button>
          <Button
            variant="default"
            c="red"
            leftSection={<IconPlayerStop size={16} />}
            disabled={busy}
            onClick={() => onReject("stop", reason)}
          >
            Stop the run
          </Button>
        </Group>
      </Stack>
    </Panel>
  );
}
