import { Select, SimpleGrid, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { experimentsQuery } from "../../api/experiments";
import type { ExporterName } from "../../api/exporters";
import { useCreateExperiment } from "../../api/mutations";
import { ExportersInput } from "../../components/ExportersInput";
import { ProjectSelect } from "../../components/ProjectChoice";
import { PriorityInput, useWorkerLabels, WorkerLabelInput } from "../../components/QueueInputs";

export interface AboutRun {
  name: string;
  experiment_id: number | null;
  project_id: number | null;
  arm_name: string;
  notes: string;
  tags: string[];
  priority: number;
  worker_label: string;
  /** Null: as the server's settings say. */
  exporters: ExporterName[] | null;
}

export const OWN_FIELDS = [
  "name",
  "experiment_id",
  "project_id",
  "arm_name",
  "notes",
  "tags",
  "priority",
  "worker_label",
  "exporters",
];

interface Props {
  value: AboutRun;
  errors: Record<string, string>;
  onChange: (value: AboutRun) => void;
}

/** What a run is called and belongs to. */
export function About({ value, errors, onChange }: Props) {
  const change = (part: Partial<AboutRun>) => onChange({ ...value, ...part });
  const hasLabels = useWorkerLabels().length > 0;
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label="Name"
          description="If empty, it is made from suite, arm and seed."
          error={errors.name}
          value={value.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <TagsInput
          label="Tags"
          description="Press Enter after each tag. Runs can be filtered by tag."
          error={errors.tags}
          value={value.tags}
          onChange={(tags) => change({ tags })}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <ExperimentSelect
          value={value.experiment_id}
          error={errors.experiment_id}
          project={value.project_id}
          onChange={(experiment_id) => change({ experiment_id, project_id: null })}
        />
        <PriorityInput value={value.priority} error={errors.priority} onChange={(priority) => change({ priority })} />
      </SimpleGrid>
      {(hasLabels || value.worker_label) && (
        <WorkerLabelInput
          value={value.worker_label}
          error={errors.worker_label}
          onChange={(worker_label) => change({ worker_label })}
        />
      )}
      {value.experiment_id === null && (
        <ProjectSelect
          value={value.project_id}
          error={errors.project_id}
          onChange={(project_id) => change({ project_id })}
        />
      )}
      {value.experiment_id !== null && (
        <TextInput
          label="Arm label"
          description="Runs with the same label form one arm of the experiment. If empty, the arm's own name is used."
          error={errors.arm_name}
          maxLength={100}
          value={value.arm_name}
          onChange={(event) => change({ arm_name: event.currentTarget.value })}
        />
      )}
      <ExportersInput
        value={value.exporters}
        error={errors.exporters}
        onChange={(exporters) => change({ exporters })}
      />
      <Textarea
        label="Notes"
        description="The purpose of the run."
        error={errors.notes}
        autosize
        minRows={1}
        maxRows={8}
        value={value.notes}
        onChange={(event) => change({ notes: event.currentTarget.value })}
      />
    </Stack>
  );
}

interface ExperimentProps {
  value: number | null;
  error?: string;
  /** That a new experiment belongs to. */
  project: number | null;
  onChange: (id: number | null) => void;
}

function ExperimentSelect({ value, error, project, onChange }: ExperimentProps) {
  const experiments = useQuery(experimentsQuery()).data?.items ?? [];
  const create = useCreateExperiment();
  const [search, setSearch] = useState("");
  const isNew = search.trim() !== "" && !experiments.some((experiment) => experiment.name === search.trim());
  const choose = async (id: string | null) => {
    if (id !== "new") return onChange(id ? Number(id) : null);
    create.mutate({ name: search.trim(), project_id: project }, { onSuccess: (made) => onChange(made.id) });
  };
  return (
    <Select
      label="Experiment"
      description="Groups runs for comparison. Type a new name to create one."
      placeholder="None"
      error={error}
      searchable
      clearable
      searchValue={search}
      onSearchChange={setSearch}
      data={[
        ...experiments.map((experiment) => ({ value: String(experiment.id), label: experiment.name })),
        ...(isNew ? [{ value: "new", label: `New experiment: ${search.trim()}` }] : []),
      ]}
      filter={({ options, search }) =>
        options.filter((option) => "label" in option && option.label.toLowerCase().includes(search.toLowerCase()))
      }
      value={value === null ? null : String(value)}
      onChange={choose}
    />
  );
}
