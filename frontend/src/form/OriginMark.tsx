import { Badge, Group, Text, Tooltip } from "@mantine/core";
import { ORIGIN_HELP, type Origin } from "./origins";

const COLOR: Record<Origin, string> = { paper: "teal", library: "blue", ours: "gray" };

export function OriginMark({ origin }: { origin: Origin }) {
  return (
    <Tooltip label={ORIGIN_HELP[origin]}>
      <Badge size="xs" variant="outline" color={COLOR[origin]} tt="none" fw={500} data-origin={origin}>
        {origin}
      </Badge>
    </Tooltip>
  );
}

/** What the marks beside the settings mean. */
export function OriginLegend() {
  return (
    <Group gap="md" component="section" aria-label="Marks of the settings">
      {(Object.keys(ORIGIN_HELP) as Origin[]).map((origin) => (
        <Group key={origin} gap={6}>
          <OriginMark origin={origin} />
          <Text size="xs" c="dimmed">
            {ORIGIN_HELP[origin].toLowerCase()}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
