import { Alert, Button, Checkbox, Group, NumberInput, SimpleGrid, Stack, TagsInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Conditions, useDryRun, useStorePolicy } from "../../api/policies";
import { DAYS, type Draft, type Hours, NIGHTS } from "./conditions";
import { DryRunResult } from "./DryRunResult";
import { PlateauCondition } from "./PlateauCondition";

interface Props {
  draft: Draft;
  /** Whether the account may store policies; everyone may try conditions. */
  mayStore: boolean;
}

/** Conditions to try on past gates, and to store as a policy or its next version. */
export function PolicyForm({ draft, mayStore }: Props) {
  const [{ name, conditions, note }, setDraft] = useState(draft);
  const store = useStorePolicy();
  const tried = useDryRun();
  const error = store.error ?? tried.error;
  const set = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const change = (part: Partial<Conditions>) => set({ conditions: { ...conditions, ...part } });
  const number = (value: string | number) => (value === "" ? null : Number(value));
  const send = (event: FormEvent) => {
    event.preventDefault();
    store.mutate({ name, conditions, note });
  };
  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>
          <TagsInput
            label="Suites"
            description="Empty: all"
            value={[...(conditions.suites ?? [])]}
            onChange={(suites) => change({ suites })}
          />
          <NumberInput
            label="Most specialists"
            description="That the gate may propose"
            min={1}
            value={conditions.most_specialists ?? ""}
            onChange={(value) => change({ most_specialists: number(value) })}
          />
          <NumberInput
            label="Most steps"
            description="Of all specialists together"
            min={1}
            thousandSeparator=","
            value={conditions.most_steps ?? ""}
            onChange={(value) => change({ most_steps: number(value) })}
          />
          <NumberInput
            label="Score below"
            description="0 to 1: there is still something to gain"
            step={0.05}
            value={conditions.score_below ?? ""}
            onChange={(value) => change({ score_below: number(value) })}
          />
          <NumberInput
            label="Or the last cycle gained"
            description="At least this; one of the two is enough"
            step={0.01}
            value={conditions.min_gain ?? ""}
            onChange={(value) => change({ min_gain: number(value) })}
          />
        </SimpleGrid>
        <PlateauCondition conditions={conditions} change={change} />
        <HoursInput conditions={conditions} change={change} />
        {mayStore && (
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput
              label="Name"
              description="That of a stored policy makes its next version"
              required
              pattern="[a-z0-9][a-z0-9._\-]{0,49}"
              title="Lower-case letters, digits, '.', '_' and '-'"
              value={name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <TextInput
              label="Note"
              description="Why it is as it is"
              maxLength={2000}
              value={note}
              onChange={(event) => set({ note: event.currentTarget.value })}
            />
          </SimpleGrid>
        )}
        {error && (
          <Alert color="red" role="alert">
            {error.message}
          </Alert>
        )}
        <Group gap="xs">
          <Button variant="default" loading={tried.isPending} onClick={() => tried.mutate(conditions)}>
            Try on past gates
          </Button>
          {mayStore && (
            <Button type="submit" loading={store.isPending}>
              Store
            </Button>
          )}
        </Group>
        {tried.data && <DryRunResult tried={tried.data} />}
      </Stack>
    </form>
  );
}

/** One stretch of hours; several, which scripts can store, are kept as they are. */
function HoursInput({ conditions, change }: { conditions: Conditions; change: (part: Partial<Conditions>) => void }) {
  const [hours] = conditions.hours ?? [];
  const set = (part: Partial<Hours>) => hours && change({ hours: [{ ...hours, ...part }] });
  const several = (conditions.hours?.length ?? 0) > 1;
  return (
    <Stack gap="xs">
      <Checkbox
        label="Only in some hours of the week"
        description={several ? "Several stretches of hours, which are kept as they are." : undefined}
        checked={hours !== undefined}
        onChange={(event) => change({ hours: event.currentTarget.checked ? [NIGHTS] : [] })}
      />
      {hours && !several && (
        <Group gap="sm" align="flex-end">
          <Checkbox.Group value={hours.days} onChange={(days) => days.length && set({ days: days as Hours["days"] })}>
            <Group gap="xs">
              {DAYS.map((day) => (
                <Checkbox key={day} value={day} label={day} />
              ))}
            </Group>
          </Checkbox.Group>
          <NumberInput
            label="From"
            w={80}
            min={0}
            max={23}
            value={hours.start}
            onChange={(value) => set({ start: Number(value) })}
          />
          <NumberInput
            label="To"
            w={80}
            min={1}
            max={24}
            value={hours.end}
            onChange={(value) => set({ end: Number(value) })}
          />
          <TextInput
            label="Time zone"
            w={160}
            value={conditions.time_zone}
            onChange={(event) => change({ time_zone: event.currentTarget.value })}
          />
        </Group>
      )}
    </Stack>
  );
}
