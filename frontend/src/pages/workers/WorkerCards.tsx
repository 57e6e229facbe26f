import { Anchor, Badge, Button, Card, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconTag } from "@tabler/icons-react";
import { Link } from "react-router";
import { useAccount } from "../../api/accounts";
import { useDrainWorker, useRemoveWorker } from "../../api/mutations";
import type { Job, Worker } from "../../api/types";
import { When } from "../../components/When";
import { label } from "../../form/label";
import { count } from "../../format/numbers";
import { WorkerUsage } from "./WorkerUsage";

interface Props {
  workers: Worker[];
  running: Job[];
  /** Whether the server does not answer, so that nobody knows how its workers are. */
  away: boolean;
  /** How far the lines of use look back. */
  hours: number;
}

export function WorkerCards({ workers, running, away, hours }: Props) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
      {workers.map((worker) => (
        <WorkerCard
          key={worker.name}
          worker={worker}
          job={running.find((job) => job.id === worker.job_id)}
          live={worker.live && !away}
          state={away ? "unknown" : stateOf(worker)}
          hours={hours}
        />
      ))}
    </SimpleGrid>
  );
}

type State = "unknown" | "busy" | "idle" | "draining" | "in trouble" | "offline" | "ready";

/** A program that runs nothing itself, such as `gsl slurm`. */
export const startsWorkers = (worker: Worker) => worker.suites.length === 0;

function stateOf(worker: Worker): State {
  if (!worker.live) return "offline";
  if (worker.trouble) return "in trouble";
  if (startsWorkers(worker)) return "ready";
  if (worker.draining) return "draining";
  return worker.job_id ? "busy" : "idle";
}

interface CardProps {
  worker: Worker;
  job: Job | undefined;
  live: boolean;
  state: State;
  hours: number;
}

function WorkerCard({ worker, job, live, state, hours }: CardProps) {
  const speeds = Object.entries(worker.speeds);
  const starter = startsWorkers(worker);
  return (
    <Card withBorder component="section" aria-label={`Worker ${worker.name}`}>
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap">
          <Text fw={600} style={{ overflowWrap: "anywhere" }}>
            {worker.name}
          </Text>
          <Badge
            color={state === "in trouble" || state === "draining" ? "orange" : live ? "green" : "gray"}
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
            `${starter ? "Starts no workers." : "Takes no jobs."} ${worker.trouble}`
          ) : live && starter ? (
            "Starts workers while jobs wait."
          ) : live && worker.draining ? (
            "Takes no new job."
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
        {!starter && (
          <>
            <Text size="xs" c="dimmed" className="tabular">
              {speeds.length
                ? speeds.map(([suite, speed]) => `${label(suite)}: ${count(speed)} steps/s`).join(" · ")
                : "No speed measured yet"}
            </Text>
            <WorkerUsage worker={worker} hours={hours} />
          </>
        )}
        <Controls worker={worker} />
      </Stack>
    </Card>
  );
}

/** For admins: no new jobs, jobs again, and off the list once it is gone. */
function Controls({ worker }: { worker: Worker }) {
  const drain = useDrainWorker(worker.name);
  const remove = useRemoveWorker(worker.name);
  if (useAccount()?.role !== "admin") return null;
  return (
    <Group gap="xs">
      {!startsWorkers(worker) && (
        <Button
          variant="default"
          size="compact-xs"
          loading={drain.isPending}
          title={worker.draining ? undefined : "It finishes its job and takes no new one, also after a restart."}
          onClick={() => drain.mutate(!worker.draining)}
        >
          {worker.draining ? "Take jobs again" : "Drain"}
        </Button>
      )}
      {!worker.live && (
        <Button variant="default" size="compact-xs" loading={remove.isPending} onClick={() => remove.mutate()}>
          Remove
        </Button>
      )}
    </Group>
  );
}
