import { Alert } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { healthQuery } from "../api/queries";

/** Says on every page when the server, its database or its broker is away, and what that means. */
export function Outage() {
  const health = useQuery({ ...healthQuery, refetchInterval: 15_000 });
  const text = health.isError ? `${health.error.message} It is asked again every 15 seconds.` : trouble(health.data);
  if (!text) return null;
  return (
    <Alert color="red" icon={<IconPlugConnectedX />} title="Something is away" mb="md">
      {text}
    </Alert>
  );
}

function trouble(health: { database: string; broker: string } | undefined): string {
  if (!health) return "";
  const parts = [];
  if (health.database !== "ok") parts.push(`Database: ${health.database}.`);
  if (health.broker !== "ok") parts.push(`Broker: ${health.broker}. Queued jobs start when it is back.`);
  return parts.join(" ");
}
