import { Alert } from "@mantine/core";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { presetsQuery, runQuery } from "../../api/queries";
import type { Preset, Run } from "../../api/types";
import { Loaded } from "../../components/Loaded";
import { PageTitle } from "../../components/PageTitle";
import { useTitle } from "../../components/useTitle";
import type { AboutRun } from "./About";
import { configSchemaQuery } from "./config-schema";
import { RunForm } from "./RunForm";
import { type Origin, StartFrom } from "./StartFrom";
import type { Field } from "./schema";

export function NewRunPage() {
  useTitle("New run");
  const [params, setParams] = useSearchParams();
  const presets = useQuery(presetsQuery);
  const fields = useQuery(configSchemaQuery);
  const run = params.get("from") ? Number(params.get("from")) : undefined;
  const preset = run === undefined ? (params.get("preset") ?? presets.data?.[0]?.name) : undefined;
  const choose = (next: Origin) =>
    setParams(next.run === undefined ? { preset: next.preset ?? "" } : { from: String(next.run) }, { replace: true });
  return (
    <>
      <PageTitle title="New run" text="Choose where to start, change what matters, launch." />
      <Loaded query={presets}>
        {(list) => (
          <>
            <StartFrom presets={list} origin={{ preset, run }} onChange={choose} />
            <Loaded query={fields} rows={8}>
              {(known) =>
                run === undefined ? (
                  <FromPreset presets={list} name={preset} fields={known} />
                ) : (
                  <FromRun id={run} fields={known} />
                )
              }
            </Loaded>
          </>
        )}
      </Loaded>
    </>
  );
}

const NOTHING: AboutRun = { name: "", experiment_id: null, notes: "", tags: [] };

function FromPreset({ presets, name, fields }: { presets: Preset[]; name?: string; fields: Field[] }) {
  const preset = presets.find((candidate) => candidate.name === name);
  if (!preset) return <Alert color="yellow">There is no preset “{name}”. Choose one above.</Alert>;
  return <RunForm key={preset.name} fields={fields} base={preset.config} about={NOTHING} />;
}

function FromRun({ id, fields }: { id: number; fields: Field[] }) {
  const query: UseQueryResult<Run, Error> = useQuery(runQuery(id));
  return (
    <Loaded query={query} rows={8}>
      {(run) => <FromLoadedRun key={run.id} run={run} fields={fields} />}
    </Loaded>
  );
}

function FromLoadedRun({ run, fields }: { run: Run; fields: Field[] }) {
  // The form keeps what it started from, also while the run itself goes on changing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a run's configuration never changes
  const base = useMemo(() => run.config, [run.id]);
  return (
    <RunForm fields={fields} base={base} about={{ ...NOTHING, experiment_id: run.experiment_id, tags: run.tags }} />
  );
}
