import { CloseButton, Group, Paper, ScrollArea, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { latestReturnsQuery } from "../../../api/queries";
import type { Run } from "../../../api/types";
import { decimal, many, percent } from "../../../format/numbers";

interface Props {
  run: Run;
  variations: number[];
  onClose: () => void;
}

/** The variations of one bar, with their latest estimates. */
export function BinList({ run, variations, onClose }: Props) {
  const training = useQuery(latestReturnsQuery(run.id, "training")).data?.items ?? [];
  const evaluation = useQuery(latestReturnsQuery(run.id, "evaluation")).data?.items ?? [];
  const find = (list: typeof training, variation: number) => list.find((item) => item.variation === variation);
  return (
    <Paper withBorder p="sm" mt="sm" data-testid="bin-list">
      <Group justify="space-between">
        <Text fw={600} size="sm">
          {many(variations.length, "variation")} in this bar
        </Text>
        <CloseButton aria-label="Close the list" onClick={onClose} />
      </Group>
      <ScrollArea.Autosize mah={260}>
        <Table fz="sm" aria-label="Variations of the bar">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Variation</Table.Th>
              <Table.Th>Training</Table.Th>
              <Table.Th>Evaluation</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {variations.map((variation) => {
              const trained = find(training, variation);
              const evaluated = find(evaluation, variation);
              return (
                <Table.Tr key={variation}>
                  <Table.Td>{trained?.name ?? evaluated?.name ?? variation}</Table.Td>
                  <Table.Td className="tabular">{estimate(trained)}</Table.Td>
                  <Table.Td className="tabular">{estimate(evaluated)}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
    </Paper>
  );
}

function estimate(item: { mean_return: number | null; success_rate: number | null } | undefined): string {
  if (!item) return "–";
  const success = item.success_rate === null ? "" : `, ${percent(item.success_rate)}`;
  return `${decimal(item.mean_return)}${success}`;
}
