import { Box, Group, Stack, Text } from "@mantine/core";
import { decimal } from "../format/numbers";
import { type Place, returnAfter, thoughtAt, wordsOf } from "./steps";

const TABULAR = { fontVariantNumeric: "tabular-nums" } as const;
const BARS = 64; // pixels

/** Below a video: steps, return so far, and what the policy thinks of its next step. */
export function Thoughts({ place }: { place: Place }) {
  const { episode, step } = place;
  const over = step === episode.length;
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" style={TABULAR}>
          Step {step} of {episode.length}
        </Text>
        <Text size="sm" style={TABULAR} data-testid="return-so-far">
          Return {decimal(returnAfter(place))}
          {over && episode.success !== null && (episode.success ? ", success" : ", no success")}
        </Text>
      </Group>
      <Bars place={place} />
    </Stack>
  );
}

function Bars({ place }: { place: Place }) {
  const { numbers, isProbability, chosen } = thoughtAt(place);
  const { label, told } = wordsOf(place);
  return (
    <div>
      <Box role="img" aria-label={`${label}: ${told}`} style={{ display: "flex", gap: 2, height: BARS }}>
        {numbers.map((number, action) => (
          <Bar
            // biome-ignore lint/suspicious/noArrayIndexKey: an action is its number
            key={action}
            from={isProbability ? 0 : Math.min(0, clamp(number))}
            to={isProbability ? number : Math.max(0, clamp(number))}
            low={isProbability ? 0 : -1}
            color={action === chosen ? "var(--mantine-color-blue-6)" : "var(--mantine-color-gray-5)"}
          />
        ))}
      </Box>
      <Text size="xs" c="dimmed">
        {label}
        {chosen !== null && `; action ${chosen} is taken`}
      </Text>
    </div>
  );
}

const clamp = (number: number) => Math.min(1, Math.max(-1, number));

interface BarProps {
  from: number;
  to: number;
  low: number;
  color: string;
}

function Bar({ from, to, low, color }: BarProps) {
  const height = (value: number) => `${(100 * value) / (1 - low)}%`;
  return (
    <Box style={{ position: "relative", flex: 1, background: "var(--mantine-color-default-hover)" }}>
      <Box
        style={{
          position: "absolute",
          left: 0,
          right: 0,
          bottom: height(from - low),
          height: height(to - from),
          background: color,
        }}
      />
    </Box>
  );
}
