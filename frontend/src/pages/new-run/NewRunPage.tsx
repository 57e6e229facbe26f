import { Alert } from "@mantine/core";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { presetsQuery, runQuery } from "../../api/queries";
import type { PlateauSettings, Preset, Run } from "../../api/types";
import { FirstLaunch } from "../../components/FirstRun";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { configSchemaQuery } from "../../form/config-schema";
import type { Field } from "../../form/field";
import type { Origins } from "../../form/OriginMark";
import { fromAddress } from "../../form/plateau";
import { useAddress } from "../../routing/useAddress";
import type { AboutRun } from "./About";
import classes from "./NewRun.module.css";
import { RunForm } from "./RunForm";
import { ContinuesFrom, type Start, StartFrom } from "./StartFrom";

export function NewRunPage() {
  useTitle("New run");
  const { params, change } = useAddress();
  const presets = useQuery(presetsQuery);
  const [about, setAbout] = useState(NOTHING); // outlives a change of preset
  const fields = useQuery(configSchemaQuery);
  const run = params.get("from") ? Number(params.get("from")) : undefined;
  const checkpoint = params.get("checkpoint") ? Number(params.get("checkpoint")) : undefined;
  const preset = run === undefined ? (params.get("preset") ?? presets.data?.[0]?.name) : undefined;
  const plateau = fromAddress(params);
  const choose = (next: Start) =>
    change(
      { preset: next.preset ?? null, from: next.run === undefined ? null : String(next.run), checkpoint: null },
      { replace: true },
    );
  return (
    <>
      <PageTitle title="New run" text="Choose a preset, adjust its settings and launch." />
      <FirstLaunch />
      <Loaded query={presets}>
        {(list) => (
          <div className={classes.page}>
            <StartFrom presets={list} start={{ preset, run }} onChange={choose} />
            <Loaded query={fields} rows={8}>
              {(known) =>
                run === undefined ? (
                  <FromPreset presets={list} name={preset} {...{ fields: known, plateau, about, onAbout: setAbout }} />
                ) : (
                  <FromRun id={run} checkpoint={checkpoint} {...{ fields: known, plateau, about, onAbout: setAbout }} />
                )
              }
            </Loaded>
          </div>
        )}
      </Loaded>
    </>
  );
}

const NO_ORIGINS: Origins = {};
const NOTHING: AboutRun = {
  name: "",
  experiment_id: null,
  project_id: null,
  arm_name: "",
  notes: "",
  tags: [],
  priority: 0,
  worker_label: "",
  exporters: null,
};

interface FormProps {
  fields: Field[];
  plateau: Partial<PlateauSettings> | null;
  about: AboutRun;
  onAbout: (about: AboutRun) => void;
}

function FromPreset({ presets, name, ...form }: FormProps & { presets: Preset[]; name?: string }) {
  const preset = presets.find((candidate) => candidate.name === name);
  if (!preset) return <Alert color="yellow">There is no preset “{name}”. Choose one above.</Alert>;
  return <RunForm key={preset.name} base={preset.config} origins={preset.origins} {...form} />;
}

function FromRun({ id, ...form }: FormProps & { id: number; checkpoint?: number }) {
  const query: UseQueryResult<Run, Error> = useQuery(runQuery(id));
  return (
    <Loaded query={query} rows={8}>
      {(run) =>
        run.read_only ? (
          <Alert color="yellow" title={`Run ${run.id} is read-only`}>
            {run.read_only} Choose another run or a preset.
          </Alert>
        ) : (
          <FromLoadedRun key={`${run.id}-${form.checkpoint}`} run={run} {...form} />
        )
      }
    </Loaded>
  );
}

function FromLoadedRun({ run, checkpoint, ...form }: FormProps & { run: Run; checkpoint?: number }) {
  // The form keeps its starting point while the run itself changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run's configuration never changes
  const base = useMemo(() => run.config, [run.id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when another run is chosen
  useEffect(
    () => form.onAbout({ ...form.about, experiment_id: run.experiment_id, project_id: projectOf(run), tags: run.tags }),
    [run.id],
  );
  return (
    <RunForm
      base={base}
      origins={NO_ORIGINS}
      checkpoint={checkpoint}
      note={checkpoint !== undefined && <ContinuesFrom run={run} checkpoint={checkpoint} />}
      {...form}
    />
  );
}

/** A run in an experiment belongs where that does. */
const projectOf = (run: Run) => (run.experiment_id === null ? (run.project_id ?? null) : null);
