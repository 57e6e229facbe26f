import { Alert, Code, Text } from "@mantine/core";
import { IconServerOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { suitesQuery, useServerAway, workersQuery } from "../../api/queries";
import { many } from "../../format/numbers";

/** Who can run the chosen suite now, or what has to be installed on a worker before one can. */
export function SuiteWorkers({ suite }: { suite: string }) {
  const info = useQuery(suitesQuery).data?.find((candidate) => candidate.name === suite);
  const away = useServerAway();
  if (!info || away) return null;
  const able = info.workers;
  if (able.length > 0) {
    return (
      <Text size="sm" c="dimmed" data-testid="suite-workers">
        {many(able.length, "live worker")} can run {info.title}: {namesOf(able)}.
      </Text>
    );
  }
  return (
    <Alert color="yellow" icon={<IconServerOff />} p="xs" data-testid="suite-workers">
      <Text size="sm">No live worker can run {info.title}.</Text>
      {info.install ? (
        <Text size="sm" mt={4}>
          Install it on a worker's machine and restart the worker: <Code>{info.install}</Code>
        </Text>
      ) : (
        <Text size="sm" mt={4}>
          Start a worker on a machine that supports it; see docs/server.md.
        </Text>
      )}
    </Alert>
  );
}

/** Who has declared the trainer of somebody's own that the run names. */
export function TrainerWorkers({ trainer }: { trainer: string }) {
  const able = (useQuery(workersQuery).data ?? []).filter((worker) => worker.live && declares(worker.suites, trainer));
  if (useServerAway() || trainer === "") return null;
  if (able.length > 0)
    return (
      <Text size="sm" c="dimmed" data-testid="suite-workers">
        {many(able.length, "live worker")} can run the trainer {trainer}: {namesOf(able.map(({ name }) => name))}.
      </Text>
    );
  return (
    <Alert color="yellow" icon={<IconServerOff />} p="xs" data-testid="suite-workers">
      <Text size="sm">
        No live worker declares the trainer {trainer}. Declare it in the file that <Code>GSL_TRAINERS</Code> names; see
        docs/own-trainer.md.
      </Text>
    </Alert>
  );
}

const declares = (suites: readonly string[], trainer: string) => suites.includes(`trainer:${trainer}`);

const SHOWN = 3;

function namesOf(workers: string[]): string {
  const names = workers.slice(0, SHOWN);
  const more = workers.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
