import { Accordion, Alert, Button, Grid, SimpleGrid, Stack, TagsInput, Text, TextInput, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { useLaunchExperiment } from "../../../api/mutations";
import { ApiError } from "../../../api/problem";
import type { Preset } from "../../../api/types";
import { PriorityInput, useWorkerLabels, WorkerLabelInput } from "../../../components/QueueInputs";
import { asksAtGate } from "../../../components/RunFacts";
import type { Field } from "../../../form/field";
import { changesOf, merge, type PartialConfig } from "../../../form/merge";
import { changedPaths } from "../../../form/paths";
import { many } from "../../../format/numbers";
import { ArmCard } from "./ArmCard";
import { type Arm, armsOf, BY_DEFAULT, launchBody, parseSeeds, sortErrors, withArm } from "./arms";
import { LaunchSummary } from "./LaunchSummary";
import { PartEditor } from "./PartEditor";
import { useArmPreviews } from "./useArmPreviews";

interface Props {
  experimentId: number;
  preset: Preset;
  fields: Field[];
}

/** What all arms share, what each changes, and the seeds; remounted when the preset changes. */
export function LaunchForm({ experimentId, preset, fields }: Props) {
  const base = useMemo(() => merge(preset.config, BY_DEFAULT), [preset.config]);
  const [shared, setShared] = useState(base);
  const [arms, setArms] = useState<Arm[]>(() => armsOf(preset));
  const [seedText, setSeedText] = useState("0-2");
  const [tags, setTags] = useState<string[]>([]);
  const [priority, setPriority] = useState(0);
  const [workerLabel, setWorkerLabel] = useState("");
  const hasLabels = useWorkerLabels().length > 0;
  const launch = useLaunchExperiment(experimentId);
  const navigate = useNavigate();
  const previews = useArmPreviews(preset.name, base, shared, arms);
  const seeds = parseSeeds(seedText);
  const own = fields.filter((field) => field.name !== "seed"); // the seeds are given below

  const refused = launch.error instanceof ApiError ? launch.error : null;
  const sorted = sortErrors(refused?.errors ?? [], arms.length);
  const edit =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      launch.reset();
      set(value);
    };
  const change = edit(setArms);
  const start = () =>
    seeds &&
    launch.mutate(launchBody({ preset: preset.name, base, shared, arms, seeds, tags, priority, workerLabel }), {
      onSuccess: () => navigate(`/experiments/${experimentId}`),
    });
  return (
    <Grid gap="md" mt="md">
      <Grid.Col span={{ base: 12, md: 8 }}>
        <Stack gap="md">
          <Accordion variant="separated" order={2}>
            <Accordion.Item value="shared">
              <Accordion.Control>
                <Text fw={600} span>
                  Shared settings
                </Text>{" "}
                <Text size="sm" c="dimmed" span>
                  {describe(changedPaths(base, shared).length)}
                </Text>
              </Accordion.Control>
              <Accordion.Panel>
                <PartEditor
                  fields={own}
                  base={base}
                  changes={changesOf(base, shared)}
                  origins={preset.origins}
                  errors={sorted.shared}
                  onChange={(changes) => edit(setShared)(merge(base, changes))}
                />
              </Accordion.Panel>
            </Accordion.Item>
          </Accordion>
          <Title order={2} size="h4">
            Arms
          </Title>
          {arms.map((arm, place) => (
            <ArmCard
              key={arm.id}
              arm={arm}
              fields={own}
              shared={shared}
              preview={previews[place]}
              errors={[...(previews[place]?.errors ?? []), ...(sorted.arms[place] ?? [])]}
              onChange={(next) => change(arms.map((other) => (other.id === arm.id ? next : other)))}
              onCopy={() => change(withArm(arms, arm))}
              onRemove={arms.length > 1 ? () => change(arms.filter((other) => other.id !== arm.id)) : undefined}
            />
          ))}
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => change(withArm(arms))}
            style={{ alignSelf: "flex-start" }}
          >
            Add arm
          </Button>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label="Seeds"
              description="For example 0-4 or 0, 1, 7. Every arm runs with each seed."
              error={seeds === null ? "Enter whole numbers or ranges, for example 0-4 or 0, 1, 7." : sorted.seeds}
              value={seedText}
              onChange={(event) => edit(setSeedText)(event.currentTarget.value)}
            />
            <TagsInput
              label="Tags"
              description="Press Enter after each tag. All runs get these tags."
              value={tags}
              onChange={edit(setTags)}
              acceptValueOnBlur
            />
            <PriorityInput value={priority} onChange={edit(setPriority)} />
            {hasLabels && <WorkerLabelInput value={workerLabel} onChange={edit(setWorkerLabel)} />}
          </SimpleGrid>
          {refused && refused.errors.length === 0 && <Alert color="red">{refused.message}</Alert>}
        </Stack>
      </Grid.Col>
      <LaunchSummary
        suite={suiteOf(shared)}
        arms={arms}
        seeds={seeds?.length ?? 0}
        waiting={arms.filter((arm) => asksAtGate(merge(shared, arm.config))).length * (seeds?.length ?? 0)}
        previews={previews}
        refused={refused}
        busy={launch.isPending}
        onLaunch={start}
      />
    </Grid>
  );
}

const describe = (changes: number) =>
  changes === 0 ? "same as the preset, with automatic gates" : many(changes, "change");

const suiteOf = (config: PartialConfig) => String((config.suite as { name?: unknown } | undefined)?.name ?? "");
