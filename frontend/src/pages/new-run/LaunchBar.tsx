import { Box, Button, Paper, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { count, many } from "../../format/numbers";
import { duration } from "../../format/time";
import classes from "./LaunchBar.module.css";
import type { Launching } from "./LaunchCard";

/** On a narrow screen: what the run costs and its button, always in reach below the long form. */
export function LaunchBar({ launching }: { launching: Launching }) {
  return (
    <Paper className={classes.bar} hiddenFrom="md" component="section" aria-label="Launch">
      <Box style={{ minWidth: 0, flex: 1 }} opacity={launching.stale ? 0.6 : 1}>
        <Summary {...launching} />
      </Box>
      <Button
        leftSection={<IconPlayerPlay size={16} />}
        loading={launching.busy}
        onClick={launching.onLaunch}
        aria-keyshortcuts="Control+Enter"
      >
        Launch run
      </Button>
    </Paper>
  );
}

function Summary({ preview, asks, faults, problems }: Launching) {
  const wrong = faults + problems.length;
  if (wrong > 0) {
    return (
      <Text size="sm" c="red" role="status">
        {many(wrong, "error")} to fix
      </Text>
    );
  }
  if (!preview) return null;
  const steps = preview.phases.reduce((sum, phase) => sum + phase.budget_steps, 0);
  return (
    <>
      <Text size="sm" fw={600} className="tabular">
        {count(steps)} steps
      </Text>
      <Text size="xs" c="dimmed">
        {preview.eta_seconds === null ? "time unknown" : `about ${duration(preview.eta_seconds)}`}
        {asks && "; will wait for you"}
      </Text>
    </>
  );
}
