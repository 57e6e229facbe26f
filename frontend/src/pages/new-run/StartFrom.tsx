import { Alert, Anchor, Select, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { artifactsQuery } from "../../api/queries";
import { runsQuery } from "../../api/run-list";
import type { Preset, Run } from "../../api/types";
import { PresetChooser } from "../../presets/PresetChooser";
import { STATUS_LABEL } from "../../theme";

/** A preset's name, or an earlier run's id. */
export interface Start {
  preset?: string;
  run?: number;
}

interface Props {
  presets: Preset[];
  start: Start;
  onChange: (start: Start) => void;
}

/** Where the form starts: a preset, or the configuration of an earlier run. */
export function StartFrom({ presets, start, onChange }: Props) {
  const runs = (useQuery(runsQuery({}, 0)).data?.items ?? []).filter((run) => !run.read_only);
  return (
    <Stack gap="sm">
      <PresetChooser presets={presets} chosen={start.preset} onChoose={(preset) => onChange({ preset })} />
      {(runs.length > 0 || start.run !== undefined) && (
        <Select
          label="Or start from an earlier run"
          placeholder="Choose a run"
          searchable
          clearable
          data={options(runs, start.run)}
          value={start.run === undefined ? null : String(start.run)}
          onChange={(id) => onChange(id ? { run: Number(id) } : { preset: presets[0]?.name })}
        />
      )}
    </Stack>
  );
}

function options(runs: { id: number; name: string; status: keyof typeof STATUS_LABEL }[], chosen?: number) {
  const listed = runs.map((run) => ({ value: String(run.id), label: `${run.name} (${STATUS_LABEL[run.status]})` }));
  const missing = chosen !== undefined && !runs.some((run) => run.id === chosen);
  return missing ? [{ value: String(chosen), label: `Run ${chosen}` }, ...listed] : listed;
}

/** Which checkpoint the new run continues from. */
export function ContinuesFrom({ run, checkpoint }: { run: Run; checkpoint: number }) {
  const file = useQuery(artifactsQuery(run.id)).data?.find((candidate) => candidate.id === checkpoint);
  return (
    <Alert variant="light" mb="md" title={`Continues from run ${run.id}`}>
      The generalist starts from {file ? `${file.job_key} at epoch ${file.epoch}` : `checkpoint ${checkpoint}`} of “
      {run.name}” and spends the steps below on top. Suite, learner and network stay as they were.{" "}
      <Anchor component={Link} to={`/runs/new?from=${run.id}`} size="sm">
        Start from scratch instead
      </Anchor>
    </Alert>
  );
}
