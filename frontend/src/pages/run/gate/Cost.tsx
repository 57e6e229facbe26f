import { Alert, List, Progress, Stack, Table, Text } from "@mantine/core";
import type { GatePreview } from "../../../api/gates";
import { count, many, percent, sentence } from "../../../format/numbers";
import { duration } from "../../../format/time";

type Costs = GatePreview["costs"][number];

const NAMES: Record<Costs["what"], string> = {
  lowest: "On all lowest variations",
  specialists: "Specialists",
  demonstrations: "Demonstrations",
  finetune: "Fine-tuning",
};
const COLORS: Record<Costs["what"], string> = {
  lowest: "yellow.7",
  specialists: "orange.6",
  demonstrations: "teal.6",
  finetune: "blue.6",
};

/** What an approval of the edited split would start and cost, as the server plans it. */
export function Cost({ preview, error }: { preview: GatePreview | undefined; error: Error | null }) {
  if (error) return <Alert color="red">{error.message}</Alert>;
  if (!preview) return <Text size="sm">…</Text>;
  return (
    <Stack
      gap="xs"
      data-testid="consequences"
      data-specialists={preview.specialists}
      data-variations={preview.variations}
    >
      {preview.wrong.length > 0 ? (
        <Alert color="red" p="xs" role="alert">
          <List size="sm">
            {preview.wrong.map(({ field, message }) => (
              <List.Item key={field + message}>{sentence(withoutField(field, message))}.</List.Item>
            ))}
          </List>
        </Alert>
      ) : (
        <>
          <Shares preview={preview} />
          <CostTable preview={preview} />
          <Times preview={preview} />
        </>
      )}
      <TrainingOfLargest preview={preview} />
    </Stack>
  );
}

/** Messages about steps go on from the field's name; those about the split are sentences. */
const withoutField = (field: string, message: string) =>
  field === "specialist_steps" ? `the steps per specialist ${message}` : message;

/** The run's budget: what is spent, what this approval may spend, and what is left. */
function Shares({ preview: { spent_steps, total_steps, costs } }: { preview: GatePreview }) {
  return (
    <Progress.Root size="lg" aria-label="Shares of the run's budget">
      <Progress.Section value={(100 * spent_steps) / total_steps} color="gray.6" aria-label="Spent before the gate" />
      {costs.map(({ what, share }) => (
        <Progress.Section key={what} value={100 * share} color={COLORS[what]} aria-label={NAMES[what]} />
      ))}
    </Progress.Root>
  );
}

const exact = (steps: number) => steps.toLocaleString("en");

function CostTable({ preview: { costs, spent_steps, left_steps, total_steps } }: { preview: GatePreview }) {
  const others: [string, number][] = [["Spent before the gate", spent_steps]];
  if (left_steps > 0) others.push(["Left after that", left_steps]);
  return (
    <Table fz="xs" className="tabular" verticalSpacing={2} horizontalSpacing={4} aria-label="Cost of the approval">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>At most</Table.Th>
          <Table.Th ta="right">Jobs</Table.Th>
          <Table.Th ta="right">Steps</Table.Th>
          <Table.Th ta="right">Of budget</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {costs.map(({ what, jobs, steps, share }) => (
          <Table.Tr key={what}>
            <Table.Td>{NAMES[what]}</Table.Td>
            <Table.Td ta="right">{jobs}</Table.Td>
            <Table.Td ta="right">{exact(steps)}</Table.Td>
            <Table.Td ta="right">{percent(share)}</Table.Td>
          </Table.Tr>
        ))}
        {others.map(([name, steps]) => (
          <Table.Tr key={name} c="dimmed">
            <Table.Td>{name}</Table.Td>
            <Table.Td />
            <Table.Td ta="right">{exact(steps)}</Table.Td>
            <Table.Td ta="right">{percent(steps / total_steps)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Times({ preview: { specialists_seconds, end_seconds, workers, waits } }: { preview: GatePreview }) {
  const measured = specialists_seconds !== null && end_seconds !== null;
  return (
    <Text size="sm" className="tabular" data-testid="times">
      {waits
        ? `${sentence(waits)}.`
        : measured
          ? `Specialists take about ${duration(specialists_seconds)}, the run ends after about ${duration(end_seconds)}, with ${many(workers, "worker")}.`
          : "How long it takes is not known yet: no run of this suite was measured."}
    </Text>
  );
}

/** What the largest specialist makes of its steps. */
function TrainingOfLargest({ preview: { plan, another_epoch_from } }: { preview: GatePreview }) {
  const [least] = [...plan].sort((one, other) => one.training_steps - other.training_steps);
  if (!least || another_epoch_from === null) return null;
  return (
    <Text size="xs" c="dimmed" className="tabular" data-testid="training">
      The largest specialist trains {count(least.training_steps)} of {count(least.budget_steps)} steps, in whole epochs;
      another epoch fits from {exact(another_epoch_from)} steps on.
    </Text>
  );
}
