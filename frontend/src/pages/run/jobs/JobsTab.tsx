import { Alert, Button, Card, Code, Stack, Table, Text, Tooltip } from "@mantine/core";
import { IconListDetails } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { jobsQuery } from "../../../api/queries";
import type { Job, Run } from "../../../api/types";
import { EmptyState } from "../../../components/EmptyState";
import { JobBadge } from "../../../components/JobBadge";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { When } from "../../../components/When";
import { count, figure } from "../../../format/numbers";
import { duration } from "../../../format/time";
import { LogViewer } from "./LogViewer";

export function JobsTab({ run }: { run: Run }) {
  const query = useQuery(jobsQuery(run.id));
  const [params, setParams] = useSearchParams();
  const chosen = Number(params.get("job"));
  const choose = (id: number) => setParams({ tab: "jobs", job: String(id) }, { preventScrollReset: true });
  return (
    <Loaded query={query}>
      {(jobs) => {
        const job = jobs.find((candidate) => candidate.id === chosen);
        if (jobs.length === 0) return <NoJobs />;
        return (
          <Stack gap="md">
            <JobsTable jobs={jobs} chosen={chosen} onChoose={choose} />
            {job && <JobDetails key={job.id} job={job} />}
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
  return (
    <Panel title="Jobs" text="In the order they were planned. Each runs on one worker slot.">
      <Table.ScrollContainer minWidth={860}>
        <Table fz="sm" highlightOnHover aria-label="Jobs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Job</Table.Th>
              <Table.Th>Status</Table.Th>
              <Table.Th>Worker</Table.Th>
              <Table.Th>Epochs</Table.Th>
              <Table.Th>Steps</Table.Th>
              <Table.Th>Speed</Table.Th>
              <Table.Th>Mean return</Table.Th>
              <Table.Th>Time</Table.Th>
              <Table.Th>Log</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="tabular">
            {jobs.map((job) => (
              <Table.Tr key={job.id} bg={job.id === chosen ? "var(--mantine-color-default-hover)" : undefined}>
                <Table.Td fw={500}>{job.key}</Table.Td>
                <Table.Td>
                  <JobBadge status={job.status} />
                </Table.Td>
                <Table.Td>{job.worker ? `${job.worker}${job.device ? ` (${job.device})` : ""}` : "–"}</Table.Td>
                <Table.Td>{job.epochs}</Table.Td>
                <Table.Td>{stepsText(job)}</Table.Td>
                <Table.Td>{job.steps_per_second === null ? "–" : `${count(job.steps_per_second)}/s`}</Table.Td>
                <Table.Td>{figure(job.mean_return)}</Table.Td>
                <Table.Td>
                  <JobTime job={job} />
                </Table.Td>
                <Table.Td>
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() => onChoose(job.id)}
                    aria-label={`Log of ${job.key}`}
                  >
                    Open
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

/** A job that only measures has no budget; what others measure besides stands behind a plus. */
function stepsText(job: Job): string {
  const measured = job.measurement_steps ? `${count(job.measurement_steps)} measured` : "";
  if (job.kind === "evaluation" && job.budget_steps === 0) return measured || "–";
  return `${count(job.steps)} of ${count(job.budget_steps)}${measured && ` + ${measured}`}`;
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

function JobDetails({ job }: { job: Job }) {
  const attempts = job.attempt > 1 ? ` · attempt ${job.attempt}` : "";
  const outcome = job.outcome ? ` · ended by ${job.outcome}` : "";
  return (
    <Panel
      title={`Log of ${job.key}`}
      text={`${job.status}${attempts}${outcome}${job.message ? ` · ${job.message}` : ""}`}
    >
      {job.error && (
        <Alert color="red" title="Why it failed" mb="sm">
          <Code block style={{ maxHeight: 260, overflow: "auto" }}>
            {job.error}
          </Code>
        </Alert>
      )}
      <LogViewer job={job} />
    </Panel>
  );
}

function NoJobs() {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconListDetails}
        title="No jobs yet"
        text={<Text>The first one is planned as the run starts.</Text>}
      />
    </Card>
  );
}
