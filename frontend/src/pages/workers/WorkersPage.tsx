import { Card, Code, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconServerOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { queueQuery, useServerAway, workersQuery } from "../../api/queries";
import { EmptyState } from "../../components/EmptyState";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { many } from "../../format/numbers";
import { useAddress } from "../../routing/useAddress";
import { Queue } from "./Queue";
import { Storage } from "./Storage";
import { SPANS, spanOf } from "./usage";
import { Webhooks } from "./Webhooks";
import { startsWorkers, WorkerCards } from "./WorkerCards";

export function WorkersPage() {
  useTitle("Workers");
  const workers = useQuery(workersQuery);
  const queue = useQuery(queueQuery);
  const away = useServerAway();
  const { params, change } = useAddress();
  const { hours } = spanOf(params.get("hours"));
  const live = workers.data?.filter((worker) => worker.live && !startsWorkers(worker)).length;
  return (
    <>
      <PageTitle title="Workers" text={away || live === undefined ? undefined : many(live, "live worker")} />
      <Stack gap="md">
        <Loaded query={workers}>
          {(list) =>
            list.length === 0 ? (
              <NoWorkers />
            ) : (
              <>
                <Group gap="xs">
                  <Text size="sm" c="dimmed">
                    Use over the last
                  </Text>
                  <SegmentedControl
                    size="xs"
                    aria-label="How far the lines of use look back"
                    value={`${hours}`}
                    onChange={(next) => change({ hours: next === "1" ? null : next }, { replace: true })}
                    data={SPANS.map((span) => ({ value: `${span.hours}`, label: `${span.hours} h` }))}
                  />
                </Group>
                <WorkerCards workers={list} running={queue.data?.running ?? []} away={away} hours={hours} />
              </>
            )
          }
        </Loaded>
        {!away && <Loaded query={queue}>{(data) => <Queue queue={data} />}</Loaded>}
        {!away && <Storage />}
        {!away && <Webhooks />}
      </Stack>
    </>
  );
}

function NoWorkers() {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconServerOff}
        title="No workers yet"
        text={
          <>
            Runs wait in the queue until a worker connects. <Code>make up</Code> starts one on this machine; to connect
            a GPU machine, give it this server's address and worker token (see docs/server.md).
          </>
        }
      />
    </Card>
  );
}
