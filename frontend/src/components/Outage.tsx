import { Alert } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { healthQuery } from "../api/queries";

/** A notice on every page while the server, its database or its broker is unavailable. */
export function Outage() {
  const health = useQuery(healthQuery);
  const text = health.isError
    ? `${health.error.message} What is shown may be out of date. Retrying every few seconds.`
    : trouble(health.data);
  if (!text) return null;
  return (
    <Alert color="red" icon={<IconPlugConnectedX />} title="Service unavailable" mb="md">
      {text}
    </Alert>
  );
}

function trouble(health: { database: string; broker: string } | undefined): string {
  if (!health) return "";
  const parts = [];
  if (health.database !== "ok") parts.push(`Database: ${health.database}.`);
  if (health.broker !== "ok") parts.push(`Broker: ${health.broker}. Queued jobs start once it is back.`);
  return parts.join(" ");
}
