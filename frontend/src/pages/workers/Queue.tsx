import { ActionIcon, Anchor, Group, Stack, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useMemo } from "react";
import { Link } from "react-router";
import { useMoveInQueue } from "../../api/mutations";
import { useMayChange } from "../../api/projects";
import type { Job, Queue as QueueData } from "../../api/types";
import { JobBadge } from "../../components/Badges";
import { type Column, DataTable } from "../../components/DataTable";
import { Panel } from "../../components/Panel";
import { When } from "../../components/When";
import { label } from "../../form/label";
import { count, many, sentence } from "../../format/numbers";
import { duration } from "../../format/time";

/** Running jobs, and waiting ones in the order in which they will start. */
export function Queue({ queue }: { queue: QueueData }) {
  const mayChange = useMayChange();
  const jobs = useMemo(() => [...queue.running, ...queue.queued], [queue]);
  return (
    <Panel title="Queue" text={`${queue.running.length} running, ${queue.queued.length} waiting`}>
      {jobs.length === 0 ? (
        <Text c="dimmed" size="sm">
          The queue is empty. Launching a run or approving a gate adds jobs.
        </Text>
      ) : (
        <>
          <Waits waiting={queue.waiting} />
          <DataTable
            label="Queue"
            columns={mayChange ? MOVABLE : COLUMNS}
            rows={jobs}
            rowKey={(job) => job.id}
            minWidth={560}
          />
        </>
      )}
    </Panel>
  );
}

const COLUMNS: Column<Job>[] = [
  { id: "job", title: "Job", cell: (job) => job.key },
  {
    id: "run",
    title: "Run",
    cell: (job) => (
      <Anchor component={Link} to={`/runs/${job.run_id}`} size="sm">
        run {job.run_id}
      </Anchor>
    ),
  },
  { id: "status", title: "Status", cell: (job) => <JobBadge status={job.status} /> },
  { id: "steps", title: "Steps", cell: (job) => `${count(job.steps)} of ${count(job.budget_steps)}` },
  {
    id: "left",
    title: "Time left",
    cell: (job) => (job.activity ? sentence(job.activity) : duration(job.eta_seconds)),
  },
  { id: "queued", title: "Queued", cell: (job) => <When at={job.created_at} /> },
];
const MOVED: Column<Job> = {
  id: "move",
  title: "Priority",
  cell: (job) => job.status === "queued" && <Move run={job.run_id} />,
};

const MOVABLE = [...COLUMNS, MOVED];

/** Raises or lowers the priority of the job's run. */
function Move({ run }: { run: number }) {
  const move = useMoveInQueue(run);
  return (
    <Group gap={4} wrap="nowrap">
      <ActionIcon
        variant="default"
        size="sm"
        loading={move.isPending}
        aria-label={`Raise the priority of run ${run}`}
        onClick={() => move.mutate(1)}
      >
        <IconArrowUp size={14} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size="sm"
        disabled={move.isPending}
        aria-label={`Lower the priority of run ${run}`}
        onClick={() => move.mutate(-1)}
      >
        <IconArrowDown size={14} />
      </ActionIcon>
    </Group>
  );
}

/** What the queued jobs wait for, by suite; a suite without a live worker stands out. */
function Waits({ waiting }: { waiting: QueueData["waiting"] }) {
  if (waiting.length === 0) return null;
  return (
    <Stack gap={2} mb="sm" component="section" aria-label="Waiting jobs by suite">
      {waiting.map(({ suite, worker_label, jobs, workers, message }) => (
        <Text key={`${suite} ${worker_label}`} size="sm" c={workers.length === 0 ? "orange" : "dimmed"}>
          {many(jobs, "job")} of {label(suite)}: {message}
          {workers.length > 0 && ` (${workers.slice(0, 5).join(", ")}${workers.length > 5 ? ", and more" : ""})`}
        </Text>
      ))}
    </Stack>
  );
}
