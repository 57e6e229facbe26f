import { NumberInput } from "@mantine/core";

const MOST = 10; // as the API takes it

interface Props {
  value: number;
  error?: string;
  onChange: (priority: number) => void;
}

/** A run's priority in the queue. */
export function PriorityInput({ value, error, onChange }: Props) {
  return (
    <NumberInput
      label="Priority"
      description={`From -${MOST} to ${MOST}. Jobs of runs with a higher priority start first.`}
      error={error}
      min={-MOST}
      max={MOST}
      allowDecimal={false}
      value={value}
      onChange={(priority) => onChange(Number(priority) || 0)}
    />
  );
}
