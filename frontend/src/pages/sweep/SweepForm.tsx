import { Alert, Button, Group, NumberInput, Select, SimpleGrid, Stack, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";
import { ApiError } from "../../api/problem";
import { type SweepCreate, useCreateSweep } from "../../api/sweeps";
import type { Preset } from "../../api/types";
import { ProjectSelect } from "../../components/ProjectChoice";
import { parseSeeds } from "../experiment/launch/arms";
import { emptyRow, SpaceEditor } from "./SpaceEditor";
import { leaves, spaceOf } from "./space";

const SAMPLERS = [
  { value: "tpe", label: "TPE: learns from trials that ended" },
  { value: "random", label: "random" },
  { value: "grid", label: "grid" },
];
const PRUNERS = [
  { value: "none", label: "none" },
  { value: "median", label: "median of complete trials" },
  { value: "halving", label: "successive halving" },
];
const METRICS = ["score", "return", "success"];
const SOURCES = [
  { value: "evaluation", label: "training variations" },
  { value: "held_out", label: "held-out variations" },
];

/** What is tried, and by what; remounted when the preset changes. */
export function SweepForm({ preset }: { preset: Preset }) {
  const [rows, setRows] = useState([emptyRow(1, "learner.learning_rate")]);
  const [name, setName] = useState("");
  const [sampler, setSampler] = useState("tpe");
  const [pruner, setPruner] = useState("median");
  const [metric, setMetric] = useState("score");
  const [source, setSource] = useState("evaluation");
  const [trials, setTrials] = useState<number | string>(12);
  const [atOnce, setAtOnce] = useState<number | string>(2);
  const [steps, setSteps] = useState<number | string>(preset.config.budget?.total_steps ?? 0);
  const [seedText, setSeedText] = useState("0");
  const [project, setProject] = useState<number | null>(null);
  const create = useCreateSweep();
  const navigate = useNavigate();
  const seeds = parseSeeds(seedText);
  const refused = create.error instanceof ApiError ? create.error : null;
  const errorAt = (field: string) => refused?.errors.find((error) => error.field.startsWith(field))?.message;
  const shown = ["trials", "at_once", "tuning_seeds", "space", "name", "config.budget.total_steps"];
  const others = refused?.errors.filter(({ field }) => !shown.some((known) => field.startsWith(known))) ?? [];
  const body = (): SweepCreate =>
    ({
      name: name.trim() || `${preset.title}: ${rows.map((row) => row.path).join(", ")}`.slice(0, 200),
      preset: preset.name,
      config: Number(steps) === preset.config.budget?.total_steps ? {} : { budget: { total_steps: Number(steps) } },
      space: spaceOf(rows, sampler === "grid"),
      sampler,
      pruner: { name: pruner },
      objective: { metric, source },
      trials: Number(trials),
      at_once: Number(atOnce),
      tuning_seeds: seeds ?? [],
      project_id: project,
    }) as SweepCreate;
  return (
    <Stack gap="md" mt="md">
      <Title order={2} size="h4">
        What is tried
      </Title>
      <SpaceEditor
        rows={rows}
        paths={leaves(preset.config).filter((path) => path !== "seed")}
        grid={sampler === "grid"}
        errors={refused?.errors ?? []}
        onChange={setRows}
      />
      <Title order={2} size="h4">
        How
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>
        <TextInput
          label="Name"
          placeholder="What you search for"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Choice label="Sampler" data={SAMPLERS} value={sampler} onChange={setSampler} />
        <Choice label="Pruner" data={PRUNERS} value={pruner} onChange={setPruner} />
        <Choice label="Objective" data={METRICS} value={metric} onChange={setMetric} />
        <Choice label="Measured on" data={SOURCES} value={source} onChange={setSource} />
        <NumberInput
          label="Steps of each trial"
          min={1}
          thousandSeparator=" "
          value={steps}
          onChange={setSteps}
          error={errorAt("config.budget.total_steps")}
        />
        <NumberInput label="Trials" min={1} max={500} value={trials} onChange={setTrials} error={errorAt("trials")} />
        <NumberInput label="At once" min={1} max={50} value={atOnce} onChange={setAtOnce} error={errorAt("at_once")} />
        <TextInput
          label="Tuning seeds"
          description="Trials take them in turn; results get others."
          value={seedText}
          onChange={(event) => setSeedText(event.currentTarget.value)}
          error={seeds === null ? "Enter whole numbers or ranges, for example 0-2." : errorAt("tuning_seeds")}
        />
        <ProjectSelect value={project} onChange={setProject} />
      </SimpleGrid>
      {refused && (others.length > 0 || refused.errors.length === 0) && (
        <Alert color="red">
          {others.map(({ field, message }) => `${field}: ${message}`).join("; ") || refused.message}
        </Alert>
      )}
      <Group>
        <Button
          disabled={seeds === null}
          loading={create.isPending}
          onClick={() => create.mutate(body(), { onSuccess: (made) => navigate(`/experiments/${made.experiment_id}`) })}
        >
          Launch sweep
        </Button>
      </Group>
    </Stack>
  );
}

interface ChoiceProps {
  label: string;
  data: (string | { value: string; label: string })[];
  value: string;
  onChange: (value: string) => void;
}

function Choice({ label, data, value, onChange }: ChoiceProps) {
  return (
    <Select label={label} data={data} value={value} allowDeselect={false} onChange={(next) => next && onChange(next)} />
  );
}
