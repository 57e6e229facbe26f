import { Badge, Group, Text, Tooltip } from "@mantine/core";
import type { Path } from "./paths";

/** Who chose a value of a preset: the paper, a library whose default it is, or we. */
export type Origin = "paper" | "library" | "ours";

/** By dotted path; the origin of a part holds for its settings without one of their own. */
export type Origins = Readonly<Record<string, string>>;

export const ORIGIN_HELP: Record<Origin, string> = {
  paper: "As in the paper",
  library: "Library default",
  ours: "Our choice",
};

const isOrigin = (value: string | undefined): value is Origin => value !== undefined && value in ORIGIN_HELP;

export function originOf(origins: Origins, path: Path): Origin | undefined {
  for (let length = path.length; length > 0; length--) {
    const origin = origins[path.slice(0, length).join(".")];
    if (isOrigin(origin)) return origin;
  }
  return undefined;
}

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
    <Group gap="md" component="section" aria-label="Origins of the settings">
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
