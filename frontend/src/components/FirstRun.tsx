import { Alert, Anchor, Button, Group, List, Text } from "@mantine/core";
import { IconPlayerPlay, IconSchool } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { runCountQuery } from "../api/run-list";
import type { Run, RunStatus } from "../api/types";

/** How many runs there are; undefined while that is not known. */
const useTotal = () => useQuery(runCountQuery).data;

/** Where there are no runs: what one will be like. */
export function FirstSteps() {
  return (
    <>
      <Text c="dimmed" mb="sm">
        The quick fork maze shows in about a minute what a run does:
      </Text>
      <List type="ordered" size="sm" ta="left" spacing={4} mb="md">
        <List.Item>
          You launch it. A generalist trains on all variations until its curve stays flat: the plateau.
        </List.Item>
        <List.Item>
          At the gate, the run shows its worst variations and asks you whether specialists should train on them.
        </List.Item>
        <List.Item>
          Specialists train, and show the generalist what they found. You read what each variation gained.
        </List.Item>
      </List>
      <Group justify="center">
        <Button component={Link} to="/runs/new?preset=forkmaze-quick" leftSection={<IconPlayerPlay size={16} />}>
          Launch your first run
        </Button>
      </Group>
    </>
  );
}

/** In the form, before the first run. */
export function FirstLaunch() {
  if (useTotal() !== 0) return null;
  return (
    <Hint title="Your first run">Nothing has to be changed: press Launch run, and stay on the page that opens.</Hint>
  );
}

/** On the page of the only run: what it does now, and what to do. It goes away with the second run. */
export function FirstRunHint({ run }: { run: Run }) {
  const total = useTotal();
  if (total !== 1 || run.imported || run.read_only) return null;
  return HINTS[run.status]?.(run.id);
}

function Hint({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Alert variant="light" icon={<IconSchool />} title={title} data-testid="first-run" mb="sm">
      {children}
    </Alert>
  );
}

const TRAINING = (
  <Hint title="1 of 3: the generalist trains">
    Its learning curve below grows by itself. Once it stays flat, the run stops at the gate and asks you.
  </Hint>
);

const SPECIALISTS = (
  <Hint title="3 of 3: specialists train">
    Each trains on a part of the worst variations. Then the generalist learns from what they found. Nothing to do now.
  </Hint>
);

const HINTS: Partial<Record<RunStatus, (id: number) => ReactNode>> = {
  queued: () => (
    <Hint title="1 of 3: the run waits for a worker">
      It starts as soon as one is free. The page Workers shows them.
    </Hint>
  ),
  generalist: () => TRAINING,
  evaluation: () => TRAINING,
  awaiting_approval: (id) => (
    <Hint title="2 of 3: it is your turn">
      Open{" "}
      <Anchor component={Link} to={`/runs/${id}?tab=gate`} size="sm" underline="always">
        the gate
      </Anchor>
      : it shows the plateau and the variations that it would give to specialists. Press Approve to let them start.
    </Hint>
  ),
  specialists: () => SPECIALISTS,
  finetune: () => SPECIALISTS,
  succeeded: (id) => (
    <Hint title="Your first run has ended">
      <Anchor component={Link} to={`/runs/${id}?tab=results`} size="sm" underline="always">
        Before and after
      </Anchor>{" "}
      shows what each variation gained. To know whether the specialists were worth their steps, launch its baseline, or
      compare arms over several seeds in{" "}
      <Anchor component={Link} to="/experiments" size="sm" underline="always">
        an experiment
      </Anchor>
      .
    </Hint>
  ),
};
