import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiError } from "../api/problem";

interface Props {
  error: Error;
  onRetry?: () => void;
}

export function ErrorState({ error, onRetry }: Props) {
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
