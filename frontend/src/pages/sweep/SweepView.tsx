import { Alert, Button, Checkbox, Group, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMayChange } from "../../api/projects";
import { type Sweep, sweepFiguresQuery, sweepQuery, useStopSweep } from "../../api/sweeps";
import { Confirm } from "../../components/Confirm";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { count, many } from "../../format/numbers";
import { SweepFigure } from "../../plot/Figure";
import { RunWinner } from "./RunWinner";
import { valueText } from "./space";
import { TrialsTable } from "./TrialsTable";

/** A sweep's progress, the best so far, its figures and its trials. */
export function SweepView({ id }: { id: number }) {
  const query = useQuery(sweepQuery(id));
  const figures = useQuery(sweepFiguresQuery(id));
  return (
    <Loaded query={query} rows={6}>
      {(sweep) => (
        <Stack gap="md">
          <Summary sweep={sweep} />
          <RunWinner sweep={sweep} />
          <Loaded query={figures} rows={8}>
            {(list) =>
              list.map(({ name, title, description }) => (
                <Panel key={name} title={title} text={description}>
                  <SweepFigure experimentId={id} name={name} label={title} height={300} />
                </Panel>
              ))
            }
          </Loaded>
          <TrialsTable sweep={sweep} />
        </Stack>
      )}
    </Loaded>
  );
}

function Summary({ sweep }: { sweep: Sweep }) {
  const { settings, planned, ended } = sweep;
  const best = sweep.trials.find((trial) => trial.number === sweep.best);
  const pruned = sweep.trials.filter((trial) => trial.state === "pruned").length;
  const failed = sweep.trials.filter((trial) => trial.state === "failed").length;
  const source = settings.objective?.source === "held_out" ? "held-out" : "training";
  return (
    <Panel
      title="Sweep"
      text={`Maximises ${settings.objective?.metric} on ${source} variations. Sampler: ${settings.sampler}; pruner: ${settings.pruner?.name}; tuning seeds: ${settings.tuning_seeds?.join(", ")}.`}
      actions={<Stop sweep={sweep} />}
    >
      <Group gap="xs" mb={6} className="tabular" justify="space-between">
        <Text size="sm" data-testid="sweep-progress" data-status={sweep.status}>
          {sweep.status}: {ended} of {many(planned, "trial")}
          {pruned > 0 && `, ${pruned} pruned`}
          {failed > 0 && `, ${failed} failed`}
        </Text>
        <Text size="sm">{count(sweep.steps)} steps in all</Text>
      </Group>
      <Progress value={(100 * ended) / planned} aria-label="Trials that have ended" />
      {best && (
        <Text size="sm" mt="xs" style={{ overflowWrap: "anywhere" }}>
          {sweep.status === "running" ? "Best so far" : "Best"}: trial {best.number}, {settings.objective?.metric}{" "}
          {valueText(best.value)} with{" "}
          {Object.entries(best.params)
            .map(([path, value]) => `${path} = ${valueText(value)}`)
            .join(", ")}
        </Text>
      )}
      {sweep.message && (
        <Alert color={sweep.status === "running" ? "yellow" : "gray"} mt="xs" p="xs">
          {sweep.message}
        </Alert>
      )}
    </Panel>
  );
}

function Stop({ sweep }: { sweep: Sweep }) {
  const mayChange = useMayChange();
  const stop = useStopSweep(sweep.experiment_id);
  const [asking, setAsking] = useState(false);
  const [cancel, setCancel] = useState(true);
  if (!mayChange || sweep.status !== "running") return null;
  return (
    <Group gap="xs">
      <Checkbox
        size="xs"
        label="cancel running trials"
        checked={cancel}
        onChange={(event) => setCancel(event.currentTarget.checked)}
      />
      <Button size="xs" variant="default" loading={stop.isPending} onClick={() => setAsking(true)}>
        Stop sweep
      </Button>
      <Confirm
        opened={asking}
        title="Stop the sweep?"
        text={`No further trials are launched. Running trials ${cancel ? "are cancelled" : "go on to their ends"}.`}
        confirm="Stop sweep"
        keep="Keep searching"
        onConfirm={() => {
          setAsking(false);
          stop.mutate(cancel);
        }}
        onClose={() => setAsking(false)}
      />
    </Group>
  );
}
