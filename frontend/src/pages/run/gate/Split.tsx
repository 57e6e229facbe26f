import { Card, Group, Select, SimpleGrid, Text } from "@mantine/core";
import type { GateVariation } from "../../../api/types";
import { many } from "../../../format/numbers";
import { VariationChip } from "./VariationChip";

interface Props {
  partition: number[][];
  variations: GateVariation[];
  /** Puts a variation with a specialist, or with none; without it the split is only shown. */
  onAssign?: (variation: number, place: number | null) => void;
}

/** Which specialist trains on which variations. */
export function Split({ partition, variations, onAssign }: Props) {
  const known = new Map(variations.map((item) => [item.variation, item]));
  const taken = new Set(partition.flat());
  const free = variations.filter((item) => !taken.has(item.variation));
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
              <VariationChip
                key={variation}
                variation={variation}
                known={known.get(variation)}
                specialists={partition.length}
                place={place}
                onAssign={onAssign}
              />
            ))}
          </Group>
          {onAssign && free.length > 0 && (
            <Select
              mt={6}
              size="xs"
              aria-label={`Add a variation to specialist ${place + 1}`}
              placeholder="Add a variation"
              searchable
              value={null}
              data={free.map((item) => ({ value: String(item.variation), label: item.name }))}
              onChange={(value) => value && onAssign(Number(value), place)}
            />
          )}
        </Card>
      ))}
    </SimpleGrid>
  );
}
