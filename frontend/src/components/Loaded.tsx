import { Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiError } from "../api/problem";

interface Props<T> {
  query: UseQueryResult<T, Error>;
  rows?: number;
  children: (data: T) => ReactNode;
}

/** A query's data, or a skeleton while it loads, or its error with a way to try again. Old data outlives an error. */
export function Loaded<T>({ query, rows = 4, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  return (
    <Stack gap="xs" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: skeleton rows have no other identity
        <Skeleton key={row} height={36} />
      ))}
    </Stack>
  );
}

interface ErrorProps {
  error: Error;
  onRetry?: () => void;
}

export function ErrorState({ error, onRetry }: ErrorProps) {
  const title = error instanceof ApiError ? error.title : "Something went wrong";
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={title} role="alert">
      <Group justify="space-between" gap="sm">
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {error.message}
        </Text>
        {onRetry && (
          <Button size="xs" color="red" variant="light" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  );
}
