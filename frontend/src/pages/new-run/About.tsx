import { Select, SimpleGrid, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { experimentsQuery } from "../../api/experiments";
import { useCreateExperiment } from "../../api/mutations";

export interface AboutRun {
  name: string;
  experiment_id: number | null;
  arm_name: string;
  notes: string;
  tags: string[];
}

export const OWN_FIELDS = ["name", "experiment_id", "arm_name", "notes", "tags"];

interface Props {
  value: AboutRun;
  errors: Record<string, string>;
  onChange: (value: AboutRun) => void;
}

/** What a run is called and belongs to. */
export function About({ value, errors, onChange }: Props) {
  const change = (part: Partial<AboutRun>) => onChange({ ...value, ...part });
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label="Name"
          description="Empty gets one from suite, arm and seed."
          error={errors.name}
          value={value.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <TagsInput
          label="Tags"
          description="Enter after each; runs can be found by them."
          error={errors.tags}
          value={value.tags}
          onChange={(tags) => change({ tags })}
        />
      </SimpleGrid>
      <ExperimentSelect
        value={value.experiment_id}
        error={errors.experiment_id}
        onChange={(experiment_id) => change({ experiment_id })}
      />
      {value.experiment_id !== null && (
        <TextInput
          label="Label of the arm"
          description="Runs of one label are an arm of the experiment. Empty: the arm's own name."
          error={errors.arm_name}
          maxLength={100}
          value={value.arm_name}
          onChange={(event) => change({ arm_name: event.currentTarget.value })}
        />
      )}
      <Textarea
        label="Notes"
        description="What the run is for."
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
  onChange: (id: number | null) => void;
}

function ExperimentSelect({ value, error, onChange }: ExperimentProps) {
  const experiments = useQuery(experimentsQuery).data?.items ?? [];
  const create = useCreateExperiment();
  const [search, setSearch] = useState("");
  const isNew = search.trim() !== "" && !experiments.some((experiment) => experiment.name === search.trim());
  const choose = async (id: string | null) => {
    if (id !== "new") return onChange(id ? Number(id) : null);
    create.mutate({ name: search.trim() }, { onSuccess: (made) => onChange(made.id) });
  };
  return (
    <Select
      label="Experiment"
      description="Runs that are compared: arms and seeds of one question. Type a new name to make one."
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
