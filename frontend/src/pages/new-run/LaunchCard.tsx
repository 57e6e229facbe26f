import { Alert, Button, Card, List, Stack, Text, Title } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import type { BudgetPreview } from "../../api/types";
import { WaitsForYou } from "../../components/RunFacts";
import { many } from "../../format/numbers";
import { Preview } from "./Preview";
import { SuiteWorkers, TrainerWorkers } from "./SuiteWorkers";

/** What stands between the form and its run. */
export interface Launching {
  suite: string;
  /** Of somebody's own, which brings its environments. */
  trainer?: string;
  /** Whether the run will stop at its gate until somebody decides. */
  asks: boolean;
  preview: BudgetPreview | undefined;
  stale: boolean;
  problems: string[];
  faults: number;
  changes: number;
  busy: boolean;
  onLaunch: () => void;
  onReset: () => void;
}

export function LaunchCard({ launching }: { launching: Launching }) {
  const { suite, trainer, asks, preview, stale, problems, faults, changes, busy, onLaunch, onReset } = launching;
  return (
    <Card withBorder style={{ position: "sticky", top: 72 }} id="launch">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Cost
        </Title>
        <Preview preview={preview} stale={stale} />
        {asks && <WaitsForYou runs={1} of={1} />}
        {trainer === undefined ? <SuiteWorkers suite={suite} /> : <TrainerWorkers trainer={trainer} />}
        {faults > 0 && (
          <Text size="sm" c="red" role="alert">
            Fix {many(faults, "error")} in the form.
          </Text>
        )}
        {problems.length > 0 && (
          <Alert color="red" role="alert">
            <List size="sm">
              {problems.map((problem) => (
                <List.Item key={problem}>{problem}</List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={busy}
          onClick={onLaunch}
          data-testid="launch"
          aria-keyshortcuts="Control+Enter"
          title="Shortcut: Ctrl Enter"
          visibleFrom="md"
        >
          Launch run
        </Button>
        {changes > 0 && (
          <Button variant="subtle" size="xs" onClick={onReset}>
            Reset {many(changes, "change")}
          </Button>
        )}
      </Stack>
    </Card>
  );
}
