import { Card, Pagination, Table, Text } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { eventsQuery, PAGE_SIZE } from "../../../api/queries";
import type { Event, Run } from "../../../api/types";
import { EmptyState } from "../../../components/EmptyState";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { When } from "../../../components/When";

export function EventsTab({ run }: { run: Run }) {
  const [page, setPage] = useState(1);
  const query = useQuery(eventsQuery(run.id, (page - 1) * PAGE_SIZE));
  return (
    <Loaded query={query}>
      {({ items, total }) =>
        total === 0 ? (
          <Card withBorder>
            <EmptyState icon={IconHistory} title="No events yet" text="Events will appear here." />
          </Card>
        ) : (
          <Panel title="Events" text="What happened and who did it, newest first.">
            <EventTable events={items} />
            {total > PAGE_SIZE && (
              <Pagination mt="sm" size="sm" total={Math.ceil(total / PAGE_SIZE)} value={page} onChange={setPage} />
            )}
          </Panel>
        )
      }
    </Loaded>
  );
}

function EventTable({ events }: { events: Event[] }) {
  return (
    <Table fz="sm" aria-label="Events" layout="auto">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>When</Table.Th>
          <Table.Th visibleFrom="sm">Who</Table.Th>
          <Table.Th>What</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {events.map((event) => (
          <Table.Tr key={event.id}>
            <Table.Td>
              <When at={event.at} />
            </Table.Td>
            <Table.Td visibleFrom="sm" style={{ overflowWrap: "anywhere" }}>
              {event.who}
            </Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>
              {event.what.replaceAll("_", " ")}
              <Text span size="xs" c="dimmed" hiddenFrom="sm">
                {" "}
                · {event.who}
              </Text>
              {event.detail && (
                <Text size="xs" c="dimmed">
                  {event.detail}
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
