import { Alert, List, Stack, Text } from "@mantine/core";
import type { SpecialistTerms } from "../../../api/types";
import { Facts } from "../../../components/Facts";
import { count } from "../../../format/numbers";
import { duration } from "../../../format/time";
import { consequences, type Edits } from "./edits";
import { trainingText } from "./training";

interface Props {
  edits: Edits;
  leftSteps: number;
  stepsPerSecond: number | null;
  problems: string[];
  terms: SpecialistTerms | null;
}

/** What an approval would start and what it would leave. */
export function ConsequenceList({ edits, leftSteps, stepsPerSecond, problems, terms }: Props) {
  const all = consequences(edits, leftSteps);
  const size = all.smallest === all.largest ? `${all.largest}` : `${all.smallest} to ${all.largest}`;
  const time = stepsPerSecond
    ? [["Training time per specialist", duration(edits.specialist_steps / stepsPerSecond)] as const]
    : [];
  return (
    <Stack gap="xs" data-testid="consequences" data-specialists={all.specialists} data-variations={all.variations}>
      <Facts
        facts={[
          ["Specialists", String(all.specialists)],
          ["Variations", all.specialists > 1 ? `${all.variations} (${size} each)` : String(all.variations)],
          ["Jobs", String(all.jobs)],
          ["Specialist steps", count(all.steps)],
          ["Steps left", count(Math.max(0, all.left))],
          ...time,
        ]}
      />
      {terms && (
        <Text size="sm" c="dimmed" data-testid="training">
          {trainingText(edits.specialist_steps, Math.max(1, all.largest), terms)}
        </Text>
      )}
      {problems.length > 0 && (
        <Alert color="red" p="xs" role="alert">
          <List size="sm">
            {problems.map((problem) => (
              <List.Item key={problem}>{problem}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}
