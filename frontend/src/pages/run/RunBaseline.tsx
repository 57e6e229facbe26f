import { Anchor, Group, Menu, Text } from "@mantine/core";
import { IconTarget } from "@tabler/icons-react";
import { Link } from "react-router";
import { useLaunchBaseline } from "../../api/mutations";
import type { Run } from "../../api/types";

/** An item of a menu for the plain generalist with the same steps. */
export function LaunchBaseline({ run }: { run: Run }) {
  const launch = useLaunchBaseline(run.id);
  if (run.arm === "generalist" || run.baseline_id !== null) return null;
  return (
    <Menu.Item
      leftSection={<IconTarget size={14} />}
      disabled={launch.isPending}
      onClick={() => launch.mutate()}
      title="Launches the plain generalist with the same suite, learner, seed and steps"
    >
      Launch baseline
    </Menu.Item>
  );
}

/** What the run is compared with, and where. */
export function ComparedWith({ run }: { run: Run }) {
  const other = run.baseline_id ?? run.baseline_of;
  if (other === null) return null;
  return (
    <Group gap="xs" mt={4}>
      <Text size="sm">
        {run.baseline_of === null ? "Its baseline is " : "This is the baseline of "}
        <Anchor component={Link} to={`/runs/${other}`} size="sm">
          run {other}
        </Anchor>
        {run.experiment_id !== null && (
          <>
            {"; "}
            <Anchor component={Link} to={`/experiments/${run.experiment_id}`} size="sm" data-testid="comparison">
              see the comparison
            </Anchor>
          </>
        )}
        .
      </Text>
    </Group>
  );
}
