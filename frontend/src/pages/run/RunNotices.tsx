import { Alert, Button, Group, List, Text } from "@mantine/core";
import { IconAlertTriangle, IconGitFork, IconInfoCircle } from "@tabler/icons-react";
import { Link } from "react-router";
import { hasEnded, type Run } from "../../api/types";
import { sentence } from "../../format/numbers";

/** What a run is waiting for, why it ended, and its warnings; whoever is `deciding` sees the gate itself. */
export function RunNotices({ run, deciding }: { run: Run; deciding: boolean }) {
  const waits = run.status === "awaiting_approval" && !run.read_only;
  return (
    <>
      {waits && !deciding && (
        <Alert color="grape" icon={<IconGitFork />} title="This run is waiting for your decision">
          <Group justify="space-between" gap="sm">
            <Text size="sm">
              {sentence(run.message) ||
                "The generalist has reached its gate. The run occupies no worker while it waits."}
            </Text>
            <Button component={Link} to="?tab=gate" size="xs" color="grape">
              Open the gate
            </Button>
          </Group>
        </Alert>
      )}
      {run.message && !waits && !(run.read_only && !hasEnded(run.status)) && (
        <Alert color={run.status === "failed" ? "red" : "gray"} icon={<IconInfoCircle />} p="xs">
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {sentence(run.message)}
          </Text>
        </Alert>
      )}
      {run.warnings.length > 0 && (
        <Alert color="yellow" icon={<IconAlertTriangle />} title="Warnings">
          <List size="sm">
            {run.warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  );
}
