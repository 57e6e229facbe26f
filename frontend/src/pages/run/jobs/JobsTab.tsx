import { Alert, Button, Card, Code, Stack, Text, Tooltip } from "@mantine/core";
import { IconListDetails } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useRetryJob } from "../../../api/mutations";
import { jobsQuery } from "../../../api/queries";
import { hasEnded, type Job, type Run } from "../../../api/types";
import { JobBadge } from "../../../components/Badges";
import { type Column, DataTable } from "../../../components/DataTable";
import { EmptyState } from "../../../components/EmptyState";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { Measured } from "../../../components/RunFacts";
import { When } from "../../../components/When";
import { count, sentence } from "../../../format/numbers";
import { duration } from "../../../format/time";
import { useAddress } from "../../../routing/useAddress";
import { LogViewer } from "./LogViewer";

export function JobsTab({ run }: { run: Run }) {
  const query = useQuery(jobsQuery(run.id));
  const { params, rewrite } = useAddress();
  const chosen = Number(params.get("job"));
  const choose = useCallback(
    (id: number) => rewrite(() => new URLSearchParams({ tab: "jobs", job: String(id) })),
    [rewrite],
  );
  return (
    <Loaded query={query}>
      {(jobs) => {
        const job = jobs.find((candidate) => candidate.id === chosen);
        if (jobs.length === 0) return <NoJobs />;
        return (
          <Stack gap="md">
            <JobsTable jobs={jobs} chosen={chosen} onChoose={choose} />
            {job && <JobDetails key={job.id} job={job} run={run} />}
          </Stack>
        );
      }}
    </Loaded>
  );
}

interface TableProps {
  jobs: Job[];
  chosen: number;
  onChoose: (id: number) => void;
}

function JobsTable({ jobs, chosen, onChoose }: TableProps) {
  const columns = useMemo(() => [...COLUMNS, logColumn(onChoose)], [onChoose]);
  return (
    <Panel title="Jobs" text="In the order they were planned. Each job runs on one worker slot.">
      <DataTable
        label="Jobs"
        columns={columns}
        rows={jobs}
        rowKey={(job) => job.id}
        isChosen={(job) => job.id === chosen}
        minWidth={860}
        highlightOnHover
      />
    </Panel>
  );
}

const COLUMNS: Column<Job>[] = [
  { id: "job", title: "Job", cell: (job) => job.key, td: { fw: 500 } },
  { id: "status", title: "Status", cell: (job) => <JobState job={job} /> },
  {
    id: "worker",
    title: "Worker",
    cell: (job) => (job.worker ? `${job.worker}${job.device ? ` (${job.device})` : ""}` : "–"),
  },
  { id: "epochs", title: "Epochs", cell: (job) => job.epochs },
  { id: "steps", title: "Steps", cell: stepsText },
  {
    id: "speed",
    title: "Speed",
    cell: (job) => (job.steps_per_second === null ? "–" : `${count(job.steps_per_second)} steps/s`),
  },
  {
    id: "return",
    title: "Mean return",
    cell: (job) => <Measured value={job.mean_return} source={job.mean_return_source} />,
  },
  { id: "time", title: "Time", cell: (job) => <JobTime job={job} /> },
];

const logColumn = (onChoose: (id: number) => void): Column<Job> => ({
  id: "log",
  title: "Log",
  cell: (job) => (
    <Button
      size="compact-xs"
      variant="default"
      onClick={() => onChoose(job.id)}
      aria-label={`Open the log of ${job.key}`}
    >
      Open
    </Button>
  ),
});

/** A job that only measures has no budget; what others measure besides stands behind a plus. */
function stepsText(job: Job): string {
  const measured = job.measurement_steps ? `${count(job.measurement_steps)} measured` : "";
  if (job.kind === "evaluation" && job.budget_steps === 0) return measured || "–";
  return `${count(job.steps)} of ${count(job.budget_steps)}${measured && ` + ${measured}`}`;
}

function JobState({ job }: { job: Job }) {
  return (
    <>
      <JobBadge status={job.status} />
      {job.activity && (
        <Text size="xs" c="dimmed" data-testid="job-activity">
          {sentence(job.activity)}
        </Text>
      )}
    </>
  );
}

function JobTime({ job }: { job: Job }) {
  if (job.status === "running" && job.eta_seconds !== null) return `${duration(job.eta_seconds)} left`;
  if (job.started_at && job.ended_at) {
    const seconds = (Date.parse(job.ended_at) - Date.parse(job.started_at)) / 1000;
    return (
      <Tooltip label="From start to end">
        <span>{duration(seconds)}</span>
      </Tooltip>
    );
  }
  return <When at={job.started_at ?? job.created_at} />;
}

function JobDetails({ job, run }: { job: Job; run: Run }) {
  const attempts = job.attempt > 1 ? ` · attempt ${job.attempt}` : "";
  const outcome = job.outcome ? ` · ended by ${job.outcome}` : "";
  return (
    <Panel
      title={`Log of ${job.key}`}
      text={`${job.status}${attempts}${outcome}${job.message ? ` · ${job.message}` : ""}`}
    >
      {job.error && (
        <Alert color="red" title="Error" mb="sm">
          <Code block style={{ maxHeight: 260, overflow: "auto" }}>
            {job.error}
          </Code>
          {job.status === "failed" && !hasEnded(run.status) && !run.read_only && <RetryJob job={job} />}
        </Alert>
      )}
      <LogViewer job={job} />
    </Panel>
  );
}

/** For a specialist that failed while the run goes on; a run that failed has its own button. */
function RetryJob({ job }: { job: Job }) {
  const retry = useRetryJob(job);
  return (
    <Button size="xs" mt="sm" variant="default" loading={retry.isPending} onClick={() => retry.mutate()}>
      Try this job again
    </Button>
  );
}

function NoJobs() {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconListDetails}
        title="No jobs yet"
        text={<Text>The first job is planned when the run starts.</Text>}
      />
    </Card>
  );
}
