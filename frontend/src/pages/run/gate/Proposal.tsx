import { Button, NumberInput, Select, SimpleGrid, Stack } from "@mantine/core";
import type { GateVariation, SpecialistTerms, StartMode } from "../../../api/types";
import { Panel } from "../../../components/Panel";
import { ConsequenceList } from "./ConsequenceList";
import { assign, type Edits, resize, START_MODES } from "./edits";
import { Split } from "./Split";

interface Props {
  edits: Edits;
  edited: boolean;
  variations: GateVariation[];
  leftSteps: number;
  stepsPerSecond: number | null;
  problems: string[];
  terms: SpecialistTerms | null;
  errors: Record<string, string>;
  onChange: (edits: Edits) => void;
  onReset: () => void;
}

/** The proposed specialists, all of it editable, with what it would cost. */
export function Proposal({
  edits,
  edited,
  variations,
  leftSteps,
  stepsPerSecond,
  problems,
  terms,
  errors,
  onChange,
  onReset,
}: Props) {
  const change = (part: Partial<Edits>) => onChange({ ...edits, ...part });
  return (
    <Panel
      title="Proposed specialists"
      text="You can edit the proposal. Click a variation to move it or leave it out."
      actions={
        edited && (
          <Button size="xs" variant="subtle" onClick={onReset}>
            Reset to proposal
          </Button>
        )
      }
    >
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <NumberInput
            label="Number of specialists"
            name="specialists"
            description="Changing it redistributes the variations."
            min={1}
            max={variations.length}
            allowDecimal={false}
            value={edits.partition.length}
            error={errors.partition}
            onChange={(value) => {
              if (typeof value === "number" && value >= 1 && value <= variations.length) {
                change({ partition: resize(edits.partition, value) });
              }
            }}
          />
          <NumberInput
            label="Steps per specialist"
            name="specialist_steps"
            description="Budget of environment steps, including evaluations."
            min={1}
            step={1000}
            thousandSeparator=","
            suffix=" steps"
            allowDecimal={false}
            value={edits.specialist_steps}
            error={errors.specialist_steps}
            onChange={(value) => typeof value === "number" && change({ specialist_steps: value })}
          />
          <Select
            label="Initial policy"
            data-testid="start"
            description="How each specialist's policy is initialised."
            data={START_MODES}
            value={edits.start}
            error={errors.start}
            allowDeselect={false}
            onChange={(value) => value && change({ start: value as StartMode })}
          />
        </SimpleGrid>
        <ConsequenceList
          edits={edits}
          leftSteps={leftSteps}
          stepsPerSecond={stepsPerSecond}
          problems={problems}
          terms={terms}
        />
        <Split
          partition={edits.partition}
          variations={variations}
          onAssign={(variation, place) => change({ partition: assign(edits.partition, variation, place) })}
        />
      </Stack>
    </Panel>
  );
}
