import { Button, NumberInput, Select, Slider, Text } from "@mantine/core";
import type { GateVariation, StartMode } from "../../../api/types";
import { Panel } from "../../../components/Panel";
import { decimal } from "../../../format/numbers";
import { Board } from "./Board";
import { below, choose, type Edits, resize, START_MODES } from "./edits";
import classes from "./OpenGate.module.css";

interface Props {
  edits: Edits;
  edited: boolean;
  variations: GateVariation[];
  errors: Record<string, string>;
  onChange: (edits: Edits) => void;
  onReset: () => void;
}

/** The proposed specialists: by numbers above, and who gets which variations below. */
export function Proposal({ edits, edited, variations, errors, onChange, onReset }: Props) {
  const change = (part: Partial<Edits>) => onChange({ ...edits, ...part });
  return (
    <Panel
      title="Proposed specialists"
      text="Drag a variation to another specialist, or move it with the arrow keys."
      actions={
        edited && (
          <Button size="xs" variant="subtle" onClick={onReset}>
            Reset to proposal
          </Button>
        )
      }
    >
      <Numbers edits={edits} variations={variations} errors={errors} onChange={change} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <section className={classes.scrolled} aria-label="Split" tabIndex={0}>
        <Board partition={edits.partition} variations={variations} onChange={(partition) => change({ partition })} />
      </section>
    </Panel>
  );
}

interface NumbersProps extends Pick<Props, "edits" | "variations" | "errors"> {
  onChange: (part: Partial<Edits>) => void;
}

function Numbers({ edits, variations, errors, onChange }: NumbersProps) {
  const { partition } = edits;
  const within = (value: string | number, most: number): value is number =>
    typeof value === "number" && value >= 1 && value <= most;
  return (
    <div className={classes.numbers}>
      <NumberInput
        size="xs"
        label="Specialists"
        name="specialists"
        min={1}
        max={variations.length}
        allowDecimal={false}
        value={partition.length}
        error={errors.partition}
        onChange={(value) => within(value, variations.length) && onChange({ partition: resize(partition, value) })}
      />
      <NumberInput
        size="xs"
        label="Variations"
        name="variations"
        min={1}
        max={variations.length}
        allowDecimal={false}
        value={partition.flat().length}
        onChange={(value) =>
          within(value, variations.length) &&
          value !== partition.flat().length &&
          onChange({ partition: choose(partition, lowest(variations, value)) })
        }
      />
      <NumberInput
        size="xs"
        label="Steps each"
        name="specialist_steps"
        min={1}
        step={1000}
        thousandSeparator=","
        suffix=" steps"
        allowDecimal={false}
        value={edits.specialist_steps}
        error={errors.specialist_steps}
        onChange={(value) => typeof value === "number" && value >= 1 && onChange({ specialist_steps: value })}
      />
      <Select
        size="xs"
        label="Initial policy"
        data-testid="start"
        data={START_MODES}
        value={edits.start}
        error={errors.start}
        allowDeselect={false}
        onChange={(value) => value && onChange({ start: value as StartMode })}
      />
    </div>
  );
}

/** The first of them, in the order in which the evidence lists them. */
const lowest = (variations: GateVariation[], number: number) =>
  variations.slice(0, number).map((item) => item.variation);

interface ThresholdProps {
  partition: number[][];
  variations: GateVariation[];
  onChange: (partition: number[][]) => void;
}

/** Below the histogram: everything to the left of the thumb gets a specialist. */
export function Threshold({ partition, variations, onChange }: ThresholdProps) {
  const scores = variations.map((item) => item.mean_return);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const chosen = new Set(partition.flat());
  const highest = Math.max(low, ...variations.filter((item) => chosen.has(item.variation)).map((i) => i.mean_return));
  const step = (high - low) / 100;
  if (!(step > 0)) return null;
  const set = (threshold: number) => {
    const ids = below(variations, threshold);
    if (ids.length > 0) onChange(choose(partition, ids));
  };
  const title = `Highest with a specialist: ${decimal(highest)}`;
  return (
    <div>
      <Slider
        size="sm"
        label={null}
        color="orange"
        thumbLabel="Specialists for variations below this mean return"
        min={low}
        max={high + step}
        step={step}
        value={highest}
        onChange={set}
      />
      <Text size="xs" c="dimmed" className="tabular">
        {title}
      </Text>
    </div>
  );
}
