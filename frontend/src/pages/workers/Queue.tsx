import { Anchor, Stack, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Queue as QueueData } from "../../api/types";
import { JobBadge } from "../../components/JobBadge";
import { Panel } from "../../components/Panel";
import { When } from "../../components/When";
import { count, many } from "../../format/numbers";
import { duration } from "../../format/time";

/** Jobs that run and jobs that wait, oldest first. */
export function Queue({ queue }: { queue: QueueData }) {
  const jobs = [...queue.running, ...queue.queued];
  return (
    <Panel title="Queue" text={`${queue.running.length} running, ${queue.queued.length} waiting`}>
      {jobs.length === 0 ? (
        <Stack gap={4}>
          <Text c="dimmed" size="sm">
            Nothing to do. A run that is launched or approved puts its jobs here.
          </Text>
        </Stack>
      ) : (
        <>
          <Waits waiting={queue.waiting} />
          <Table.ScrollContainer minWidth={560}>
            <Table fz="sm" aria-label="Queue">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Job</Table.Th>
                  <Table.Th>Run</Table.Th>
                  <Table.Th>Status</Table.Th>
                  <Table.Th>Steps</Table.Th>
                  <Table.Th>Time left</Table.Th>
                  <Table.Th>Queued</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody className="tabular">
                {jobs.map((job) => (
                  <Table.Tr key={job.id}>
                    <Table.Td>{job.key}</Table.Td>
                    <Table.Td>
                      <Anchor component={Link} to={`/runs/${job.run_id}`} size="sm">
                        run {job.run_id}
                      </Anchor>
                    </Table.Td>
                    <Table.Td>
                      <JobBadge status={job.status} />
                    </Table.Td>
                    <Table.Td>
                      {count(job.steps)} of {count(job.budget_steps)}
                    </Table.Td>
                    <Table.Td>{duration(job.eta_seconds)}</Table.Td>
                    <Table.Td>
                      <When at={job.created_at} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </>
      )}
    </Panel>
  );
}

/** For whom the queued jobs wait, by suite; a suite that no live worker has stands out. */
function Waits({ waiting }: { waiting: QueueData["waiting"] }) {
  if (waiting.length === 0) return null;
  return (
    <Stack gap={2} mb="sm" component="section" aria-label="For whom jobs wait">
      {waiting.map(({ suite, jobs, workers, message }) => (
        <Text key={suite} size="sm" c={workers.length === 0 ? "orange" : "dimmed"}>
          {many(jobs, "job")} of {suite}: {message}
          {workers.length > 0 && ` (${workers.slice(0, 5).join(", ")}${workers.length > 5 ? ", and others" : ""})`}
        </Text>
      ))}
    </Stack>
  );
}
