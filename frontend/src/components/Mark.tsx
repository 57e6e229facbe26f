import { Text } from "@mantine/core";

/** Beside figures of an evaluation that is not whole: what is the matter with it. */
export function Mark({ text }: { text: string }) {
  if (!text) return null;
  return (
    <Text span size="xs" c="orange" data-testid="mark">
      {text}
    </Text>
  );
}
