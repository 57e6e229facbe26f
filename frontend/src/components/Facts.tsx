import { Group, Text } from "@mantine/core";

/** Short numbers with their names, side by side. */
export function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <Group gap="lg" component="dl" m={0}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <Text component="dt" size="xs" c="dimmed">
            {name}
          </Text>
          <Text component="dd" m={0} fw={600} className="tabular">
            {value}
          </Text>
        </div>
      ))}
    </Group>
  );
}

/** Beside figures of an evaluation that is not whole: what is the matter with it. */
export function Mark({ text }: { text: string }) {
  if (!text) return null;
  return (
    <Text span size="xs" c="orange" data-testid="mark">
      {text}
    </Text>
  );
}
