import { Anchor, CloseButton, Group, Paper, ScrollArea, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { latestReturnsQuery } from "../../../api/queries";
import type { Run } from "../../../api/types";
import { decimal, many, percent } from "../../../format/numbers";
import { useEscape } from "../variations/useChoice";
import { VariationLink } from "../variations/VariationLink";

interface Props {
  run: Run;
  variations: number[];
  onClose: () => void;
}

/** The chosen variations, such as those of one bar, with their latest estimates. */
export function BinList({ run, variations, onClose }: Props) {
  const training = useQuery(latestReturnsQuery(run.id, "training")).data?.items ?? [];
  const evaluation = useQuery(latestReturnsQuery(run.id, "evaluation")).data?.items ?? [];
  const [params] = useSearchParams();
  useEscape();
  const find = (list: typeof training, variation: number) => list.find((item) => item.variation === variation);
  return (
    <Paper withBorder p="sm" mt="sm" data-testid="bin-list">
      <Group justify="space-between">
        <Text fw={600} size="sm">
          {many(variations.length, "variation")} chosen
        </Text>
        <Anchor component={Link} to={followed(params)} size="sm" ml="auto" mr="sm">
          Follow them on the tab Variations
        </Anchor>
        <CloseButton aria-label="Close the list" onClick={onClose} />
      </Group>
      <ScrollArea.Autosize mah={260}>
        <Table fz="sm" aria-label="Chosen variations">
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
                  <Table.Td>
                    <VariationLink
                      runId={run.id}
                      variation={variation}
                      name={trained?.name ?? evaluated?.name ?? `${variation}`}
                    />
                  </Table.Td>
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

/** The same view, on the tab that follows the choice. */
function followed(params: URLSearchParams): string {
  const changed = new URLSearchParams(params);
  changed.set("tab", "variations");
  return `?${changed}`;
}

function estimate(item: { mean_return: number | null; success_rate: number | null } | undefined): string {
  if (!item) return "–";
  const success = item.success_rate === null ? "" : `, ${percent(item.success_rate)}`;
  return `${decimal(item.mean_return)}${success}`;
}
