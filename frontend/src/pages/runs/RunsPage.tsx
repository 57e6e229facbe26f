import { Box, Button, Card, Group, Pagination, Text } from "@mantine/core";
import { IconFilterOff, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMayChange } from "../../api/projects";
import { PAGE_SIZE, runsQuery, waitingQuery } from "../../api/queries";
import { EmptyState } from "../../components/EmptyState";
import { FirstSteps } from "../../components/FirstRun";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { WaitingGates } from "../../components/WaitingGates";
import { many } from "../../format/numbers";
import { ImportRuns } from "./ImportRuns";
import { RunCards } from "./RunCards";
import { RunFilters } from "./RunFilters";
import { RunsTable } from "./RunsTable";
import { useRunFilters } from "./useRunFilters";

export function RunsPage() {
  useTitle("Runs");
  const mayChange = useMayChange();
  const { filter, page, set, clear, filtered } = useRunFilters();
  const query = useQuery(runsQuery(filter));
  const waiting = useQuery(waitingQuery(filter)).data?.items ?? [];
  return (
    <>
      <PageTitle title="Runs" text={query.data ? many(query.data.total, "run") : undefined}>
        {mayChange && <ImportRuns />}
      </PageTitle>
      <RunFilters filter={filter} onChange={set} />
      <Box mb="md">
        <WaitingGates runs={waiting} />
      </Box>
      <Loaded query={query} rows={8}>
        {({ items, total }) =>
          items.length === 0 ? (
            <Card withBorder>{filtered ? <NothingFound onClear={clear} /> : <NoRuns />}</Card>
          ) : (
            <>
              <Box visibleFrom="md">
                <RunsTable runs={items} />
              </Box>
              <Box hiddenFrom="md">
                <RunCards runs={items} />
              </Box>
              {total > PAGE_SIZE && (
                <Group justify="space-between" mt="md">
                  <Text size="sm" c="dimmed">
                    {filter.offset + 1}–{Math.min(filter.offset + PAGE_SIZE, total)} of {total}
                  </Text>
                  <Pagination
                    total={Math.ceil(total / PAGE_SIZE)}
                    value={page}
                    onChange={(next) => set("page", String(next))}
                    size="sm"
                  />
                </Group>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}

function NoRuns() {
  return <EmptyState icon={IconPlayerPlay} title="No runs yet" text={<FirstSteps />} />;
}

function NothingFound({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState
      icon={IconFilterOff}
      title="No matching runs"
      text="The search covers names, tags and notes. Try fewer filters."
      action={
        <Button variant="default" onClick={onClear}>
          Clear all filters
        </Button>
      }
    />
  );
}
