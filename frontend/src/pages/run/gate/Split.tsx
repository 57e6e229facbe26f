import { Badge, Card, Group, SimpleGrid, Text } from "@mantine/core";
import type { GateVariation } from "../../../api/types";
import { decimal, many } from "../../../format/numbers";

interface Props {
  partition: number[][];
  variations: GateVariation[];
}

/** Which specialist trains on which variations. */
export function Split({ partition, variations }: Props) {
  const known = new Map(variations.map((item) => [item.variation, item]));
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
      {partition.map((part, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a specialist is known by its place
        <Card key={place} withBorder p="xs" component="section" aria-label={`Specialist ${place + 1}`}>
          <Group justify="space-between" mb={6}>
            <Text fw={600} size="sm">
              Specialist {place + 1}
            </Text>
            <Text size="xs" c={part.length ? "dimmed" : "red"}>
              {part.length ? many(part.length, "variation") : "empty"}
            </Text>
          </Group>
          <Group gap={4}>
            {part.map((variation) => (
              <VariationChip key={variation} variation={variation} known={known.get(variation)} />
            ))}
          </Group>
        </Card>
      ))}
    </SimpleGrid>
  );
}

function VariationChip({ variation, known }: { variation: number; known: GateVariation | undefined }) {
  const name = known?.name ?? `variation ${variation}`;
  const stuck = known?.outlook === "hopeless" ? " · stuck?" : "";
  return (
    <Badge variant="light" color="orange" tt="none">
      {known ? `${name} · ${decimal(known.mean_return)}${stuck}` : name}
    </Badge>
  );
}
