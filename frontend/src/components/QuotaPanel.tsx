import { Button, Group, NumberInput, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Allowance, Quota } from "../api/types";
import { bytes, count } from "../format/numbers";
import { Panel } from "./Panel";

type Limit = keyof Quota;
const GB = 1e9;

const LIMITS: { name: Limit; title: string; unit: number; text: (value: number) => string; help: string }[] = [
  { name: "running_jobs", title: "Running jobs", unit: 1, text: String, help: "At once; others wait." },
  { name: "steps_a_day", title: "Steps a day", unit: 1, text: count, help: "Launched within 24 hours." },
  {
    name: "storage_bytes",
    title: "Storage in GB",
    unit: GB,
    text: bytes,
    help: "When it is full, nothing is launched.",
  },
];

/** How much of each quota is used. */
export function Usage({ of: { quota, usage } }: { of: Allowance }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      {LIMITS.map(({ name, title, text }) => (
        <UsedOf key={name} title={title.replace(" in GB", "")} used={usage[name] ?? 0} most={quota[name]} text={text} />
      ))}
    </SimpleGrid>
  );
}

interface UsedProps {
  title: string;
  used: number;
  most: number | null | undefined;
  text: (value: number) => string;
}

function UsedOf({ title, used, most, text }: UsedProps) {
  const limited = most !== null && most !== undefined;
  const share = limited ? (most > 0 ? Math.min(1, used / most) : 1) : 0;
  return (
    <div>
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <Text size="sm" className="tabular">
        {text(used)}
        {limited ? ` of ${text(most)}` : ", unlimited"}
      </Text>
      {limited && (
        <Progress value={share * 100} color={share >= 1 ? "red" : undefined} size="sm" mt={4} aria-label={title} />
      )}
    </div>
  );
}

interface FormProps {
  quota: Quota;
  pending: boolean;
  onSave: (quota: Quota) => void;
}

/** What an admin allows; an empty field is unlimited. */
export function QuotaForm({ quota, pending, onSave }: FormProps) {
  const [draft, setDraft] = useState(quota);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(draft);
      }}
    >
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 3 }} style={{ alignItems: "end" }}>
          {LIMITS.map(({ name, title, unit, help }) => (
            <NumberInput
              key={name}
              label={title}
              description={help}
              placeholder="Unlimited"
              min={0}
              allowDecimal={unit > 1}
              thousandSeparator=","
              value={draft[name] === null || draft[name] === undefined ? "" : draft[name] / unit}
              onChange={(value) =>
                setDraft({ ...draft, [name]: value === "" ? null : Math.round(Number(value) * unit) })
              }
            />
          ))}
        </SimpleGrid>
        <Group>
          <Button type="submit" size="xs" loading={pending}>
            Save quota
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface PanelProps extends Omit<FormProps, "quota"> {
  allowance: Allowance;
  admin: boolean;
}

/** Use and, for admins, the quota itself. */
export function ProjectQuota({ allowance, admin, ...form }: PanelProps) {
  return (
    <Panel title="Quota and use" text="Of all that belongs to the project, whoever launches it. Admins set the quota.">
      <Stack gap="md">
        <Usage of={allowance} />
        {admin && <QuotaForm quota={allowance.quota} {...form} />}
      </Stack>
    </Panel>
  );
}
