import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconCheck, IconPlayerStop, IconRepeat } from "@tabler/icons-react";
import type { KeepTraining } from "../../../api/types";
import { Panel } from "../../../components/Panel";
import { count, many } from "../../../format/numbers";

interface Props {
  approveLabel: string;
  canApprove: boolean;
  /** What keeping on training would train at most; null where that is not known. */
  continueSteps: number | null;
  /** What that would leave for the rest of the run, where it is known. */
  trainingOn: KeepTraining | null;
  reason: string;
  onReason: (reason: string) => void;
  busy: boolean;
  error: string | null;
  onApprove: () => void;
  onReject: (action: "continue" | "stop") => void;
}

/** Approve, keep training or stop, with the reason that stays in the record. */
export function Decision({
  approveLabel,
  canApprove,
  continueSteps,
  trainingOn,
  reason,
  onReason,
  busy,
  error,
  onApprove,
  onReject,
}: Props) {
  return (
    <Panel title="Your decision">
      <Stack gap="xs">
        <Textarea
          label="Reason"
          name="reason"
          size="xs"
          placeholder="Optional; everyone who views the run sees it"
          autosize
          minRows={1}
          maxRows={4}
          maxLength={2000}
          value={reason}
          onChange={(event) => onReason(event.currentTarget.value)}
        />
        {error && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
        )}
        <Group gap="xs">
          <Button
            color="green"
            size="sm"
            fullWidth
            leftSection={<IconCheck size={16} />}
            disabled={!canApprove}
            loading={busy}
            onClick={onApprove}
            aria-keyshortcuts="a"
            data-shortcut="focus" // approving is final, so the key goes to the button, and Enter presses it
            title="Shortcut: a, then Enter"
          >
            {approveLabel}
          </Button>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconRepeat size={16} />}
            disabled={busy || continueSteps === 0}
            title={continueSteps === 0 ? "Too few steps are left for another epoch and evaluation." : undefined}
            onClick={() => onReject("continue")}
          >
            {continueSteps ? `Keep training (up to ${count(continueSteps)} steps)` : "Keep training"}
          </Button>
          <Button
            variant="default"
            size="xs"
            c="red"
            leftSection={<IconPlayerStop size={16} />}
            disabled={busy}
            onClick={() => onReject("stop")}
          >
            Stop the run
          </Button>
        </Group>
        {trainingOn && (
          <Text size="xs" c="dimmed" data-testid="training-on">
            {costOf(trainingOn)} A decision is final.
          </Text>
        )}
      </Stack>
    </Panel>
  );
}

const exact = (steps: number) => steps.toLocaleString("en");

/** In words, what training on costs and leaves. */
export function costOf({ steps, specialists, specialist_steps, left }: KeepTraining): string {
  const trains = `To keep training takes up to ${exact(steps)} steps, and another evaluation before the next gate.`;
  if (specialists === 0) return `${trains} Too few steps would then be left for specialists.`;
  return (
    `${trains} It leaves ${many(specialists, "specialist")} with ${exact(specialist_steps)} steps each, and ` +
    `${exact(left)} steps for demonstrations and fine-tuning.`
  );
}
