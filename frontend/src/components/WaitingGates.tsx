import { Alert, Anchor, Button, Checkbox, Group, List, Modal, Stack, Text } from "@mantine/core";
import { IconGitFork } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useApproveGates } from "../api/mutations";
import type { RunSummary } from "../api/types";
import { many, sentence } from "../format/numbers";

/** What is shown of a run whose gate may be approved. */
export type Approvable = Pick<RunSummary, "id" | "name" | "message">;

/** Those of the runs that wait at their gates, with a way to approve many of them at once. */
export function WaitingGates({ runs }: { runs: RunSummary[] }) {
  const waiting = runs.filter((run) => run.status === "awaiting_approval" && !run.read_only);
  return <ApproveMany waiting={waiting} />;
}

/** A notice with the number of runs that wait, and a button that asks which of them to approve. */
export function ApproveMany({ waiting }: { waiting: Approvable[] }) {
  const [open, setOpen] = useState(false);
  if (waiting.length === 0 && !open) return null;
  return (
    <>
      {waiting.length > 0 && (
        <Alert color="grape" icon={<IconGitFork />} p="xs" data-testid="waiting-gates">
          <Group justify="space-between" gap="xs">
            <Text size="sm">
              {many(waiting.length, "run")} {waiting.length === 1 ? "is" : "are"} waiting for your decision.
            </Text>
            <Button size="xs" color="grape" onClick={() => setOpen(true)} aria-keyshortcuts="a" title="Shortcut: a">
              {waiting.length === 1 ? "Approve" : `Approve all ${waiting.length} waiting`}
            </Button>
          </Group>
        </Alert>
      )}
      <Modal opened={open} onClose={() => setOpen(false)} title="Approve specialists as proposed?" centered>
        {open && <Choice waiting={waiting} onClose={() => setOpen(false)} />}
      </Modal>
    </>
  );
}

interface ChoiceProps {
  waiting: Approvable[];
  onClose: () => void;
}

/** Which of them; afterwards, which were refused and why. */
function Choice({ waiting, onClose }: ChoiceProps) {
  const [left, setLeft] = useState<number[]>([]); // those that were deselected
  const approve = useApproveGates();
  const chosen = waiting.filter((run) => !left.includes(run.id)).map((run) => run.id);
  const toggle = (id: number) => setLeft(left.includes(id) ? left.filter((other) => other !== id) : [...left, id]);
  const start = () => approve.mutate(chosen, { onSuccess: ({ refused }) => refused.length === 0 && onClose() });
  return (
    <Stack gap="sm">
      {approve.data && <Refusals {...approve.data} />}
      <Text size="sm">Nothing is edited. To change a proposal, open the gate of its run. A decision is final.</Text>
      {waiting.map((run) => (
        <Group key={run.id} gap="xs" wrap="nowrap" align="flex-start">
          <Checkbox
            label={run.name}
            description={sentence(run.message)}
            checked={!left.includes(run.id)}
            onChange={() => toggle(run.id)}
            style={{ flex: 1, minWidth: 0, overflowWrap: "anywhere" }}
          />
          <Anchor component={Link} to={`/runs/${run.id}?tab=gate`} size="sm">
            Gate
          </Anchor>
        </Group>
      ))}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {approve.data ? "Close" : "Cancel"}
        </Button>
        <Button color="green" disabled={chosen.length === 0} loading={approve.isPending} onClick={start}>
          Approve {many(chosen.length, "gate")}
        </Button>
      </Group>
    </Stack>
  );
}

interface Outcome {
  approved: unknown[];
  refused: { run_id: number | null; reason: string }[];
}

function Refusals({ approved, refused }: Outcome) {
  return (
    <Alert color="red" role="alert" title={`${approved.length} approved, ${refused.length} refused`}>
      <List size="sm">
        {refused.map(({ run_id, reason }) => (
          <List.Item key={run_id}>{reason}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
