import { Alert, Box, Button, Card, Grid, List, Paper, Stack, Text, Title } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import type { ApiError } from "../../../api/problem";
import { WaitsForYou } from "../../../components/RunFacts";
import { count, many } from "../../../format/numbers";
import { duration } from "../../../format/time";
import classes from "../../new-run/LaunchBar.module.css";
import { SuiteWorkers } from "../../new-run/SuiteWorkers";
import type { Arm } from "./arms";
import type { ArmPreview } from "./useArmPreviews";

interface Props {
  suite: string;
  arms: Arm[];
  seeds: number;
  /** Runs that will stop at a gate until somebody decides. */
  waiting: number;
  previews: ArmPreview[];
  refused: ApiError | null;
  busy: boolean;
  onLaunch: () => void;
}

/** How many runs, steps and hours: beside the form, and on a narrow screen always in reach below it. */
export function LaunchSummary({ suite, arms, seeds, waiting, previews, refused, busy, onLaunch }: Props) {
  const runs = arms.length * seeds;
  const faults = previews.filter((preview) => preview.errors.length > 0).length;
  const ready = runs > 0 && faults === 0 && arms.every((arm) => arm.name.trim() !== "");
  const button = (fullWidth: boolean) => (
    <Button
      fullWidth={fullWidth}
      leftSection={<IconPlayerPlay size={16} />}
      loading={busy}
      disabled={!ready}
      onClick={onLaunch}
    >
      Launch {many(runs, "run")}
    </Button>
  );
  const product = `${many(arms.length, "arm")} × ${many(seeds, "seed")} = ${many(runs, "run")}`;
  return (
    <>
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Card withBorder style={{ position: "sticky", top: 72 }}>
          <Stack gap="sm">
            <Title order={2} size="h4">
              Cost
            </Title>
            <Text fw={600} data-testid="product">
              {product}
            </Text>
            <Text size="sm" c="dimmed">
              {costs(previews, seeds, waiting)}
            </Text>
            <WaitsForYou runs={waiting} of={runs} />
            <SuiteWorkers suite={suite} />
            {faults > 0 && (
              <Text size="sm" c="red" role="status">
                Fix the errors in {many(faults, "arm")}.
              </Text>
            )}
            {refused && (
              <Alert color="red" role="alert" title="No runs were launched">
                <List size="sm">
                  {[...new Set(refused.errors.map(({ field, message }) => `${field}: ${message}`))].map((text) => (
                    <List.Item key={text} style={{ overflowWrap: "anywhere" }}>
                      {text}
                    </List.Item>
                  ))}
                </List>
              </Alert>
            )}
            <Box visibleFrom="md">{button(true)}</Box>
          </Stack>
        </Card>
      </Grid.Col>
      <Grid.Col span={12} hiddenFrom="md" style={{ position: "sticky", bottom: 0, zIndex: 50 }}>
        <Paper className={classes.bar} component="section" aria-label="Launch">
          <Text size="xs" lh={1.3} style={{ flex: 1, minWidth: 0 }}>
            {product}
            {waiting > 0 && `; ${waiting} will wait for you`}
          </Text>
          <Box style={{ flex: "none" }}>{button(false)}</Box>
        </Paper>
      </Grid.Col>
    </>
  );
}

/** The steps of all runs, and the time they take one after another on one worker. */
function costs(previews: ArmPreview[], seeds: number, waiting: number): string {
  const known = previews.filter((preview) => preview.steps !== undefined);
  if (seeds === 0) return "Enter the seeds to see the total.";
  if (previews.some((preview) => preview.errors.length > 0)) return "Fix the errors to see the total.";
  if (known.length < previews.length) return "Calculating the total.";
  const steps = known.reduce((sum, { steps }) => sum + (steps ?? 0), 0) * seeds;
  const seconds = known.reduce<number | null>(
    (sum, one) => (sum === null || one.seconds === null ? null : sum + one.seconds),
    0,
  );
  const time =
    seconds === null
      ? "time unknown until a worker has measured its speed"
      : `about ${duration(seconds * seeds)} if they run one after another${waiting > 0 ? ", besides their waiting" : ""}`;
  return `${count(steps)} steps in total; ${time}.`;
}
