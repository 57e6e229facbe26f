import { Alert, List, Text } from "@mantine/core";
import { IconAlertTriangle, IconPlugConnectedX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { healthQuery } from "../api/queries";
import { sentence } from "../format/numbers";

/** A notice on every page while the server is away or says that something does not work. */
export function Outage() {
  const health = useQuery(healthQuery);
  if (health.isError) {
    return (
      <Alert color="red" icon={<IconPlugConnectedX />} title="Service unavailable" mb="md">
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {health.error.message} What is shown may be out of date. Retrying every few seconds.
        </Text>
      </Alert>
    );
  }
  const problems = health.data?.problems ?? [];
  if (problems.length === 0) return null;
  return (
    <Alert color="yellow" icon={<IconAlertTriangle />} title="The server needs attention" mb="md">
      <List size="sm" listStyleType={problems.length > 1 ? "disc" : "none"} style={{ overflowWrap: "anywhere" }}>
        {problems.map(({ part, message }) => (
          <List.Item key={part + message}>{sentence(message)}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
