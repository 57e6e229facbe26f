import { Anchor, Badge, Card, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconTag } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Job, Worker } from "../../api/types";
import { When } from "../../components/When";
import { label } from "../../form/label";
import { count } from "../../format/numbers";

interface Props {
  workers: Worker[];
  running: Job[];
  /** Whether the server does not answer, so that nobody knows how its workers are. */
  away: boolean;
}

export function WorkerCards({ workers, running, away }: Props) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
      {workers.map((worker) => (
        <WorkerCard
          key={worker.name}
          worker={worker}
          job={running.find((job) => job.id === worker.job_id)}
          live={worker.live && !away}
          state={away ? "unknown" : stateOf(worker)}
        />
      ))}
    </SimpleGrid>
  );
}

type State = "unknown" | "busy" | "idle" | "in trouble" | "offline";

function stateOf(worker: Worker): State {
  if (!worker.live) return "offline";
  if (worker.trouble) return "in trouble";
  return worker.job_id ? "busy" : "idle";
}

interface CardProps {
  worker: Worker;
  job: Job | undefined;
  live: boolean;
  state: State;
}

function WorkerCard({ worker, job, live, state }: CardProps) {
  const speeds = Object.entries(worker.speeds);
  return (
    <Card withBorder component="section" aria-label={`Worker ${worker.name}`}>
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap">
          <Text fw={600} style={{ overflowWrap: "anywhere" }}>
            {worker.name}
          </Text>
          <Badge
            color={state === "in trouble" ? "orange" : live ? "green" : "gray"}
            variant="light"
            tt="none"
            data-testid="worker-state"
          >
            {state}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed">
          {worker.device} · {worker.host} · version {worker.version}
        </Text>
        <Text size="sm">
          {job && live ? (
            <>
              Running{" "}
              <Anchor component={Link} to={`/runs/${job.run_id}?tab=jobs&job=${job.id}`} size="sm">
                {job.key} of run {job.run_id}
              </Anchor>
              {job.steps_per_second !== null && ` at ${count(job.steps_per_second)} steps/s`}
            </>
          ) : live && worker.trouble ? (
            `Takes no jobs. ${worker.trouble}`
          ) : live ? (
            "Waiting for a job."
          ) : (
            <>
              Last seen <When at={worker.last_seen} />.
            </>
          )}
        </Text>
        <Group gap={4}>
          {worker.suites.map((suite) => (
            <Badge key={suite} size="sm" variant="outline" color="gray" tt="none">
              {label(suite)}
            </Badge>
          ))}
          {worker.labels.map((name) => (
            <Badge key={name} size="sm" variant="light" color="blue" tt="none" leftSection={<IconTag size={11} />}>
              {name}
            </Badge>
          ))}
        </Group>
        <Text size="xs" c="dimmed" className="tabular">
          {speeds.length
            ? speeds.map(([suite, speed]) => `${label(suite)}: ${count(speed)} steps/s`).join(" · ")
            : "No speed measured yet"}
        </Text>
      </Stack>
    </Card>
  );
}
