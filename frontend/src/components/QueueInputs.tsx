import { Autocomplete, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { workersQuery } from "../api/queries";

const MOST = 10; // as the API takes it

interface PriorityProps {
  value: number;
  error?: string;
  onChange: (priority: number) => void;
}

/** A run's priority in the queue. */
export function PriorityInput({ value, error, onChange }: PriorityProps) {
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

/** Labels of live workers. */
export function useWorkerLabels(): string[] {
  const workers = useQuery(workersQuery).data ?? [];
  return [...new Set(workers.filter((worker) => worker.live).flatMap((worker) => worker.labels))].sort();
}

interface LabelProps {
  value: string;
  error?: string;
  /** Of the list; not where a popover would close when it is clicked. */
  withinPortal?: boolean;
  onChange: (label: string) => void;
}

/** The label that a worker must have to run the jobs. */
export function WorkerLabelInput({ value, error, withinPortal = true, onChange }: LabelProps) {
  return (
    <Autocomplete
      label="Worker label"
      description="Only workers with this label run the jobs. If empty, any worker does."
      placeholder="Any worker"
      error={error}
      maxLength={50}
      data={useWorkerLabels()}
      value={value}
      onChange={onChange}
      comboboxProps={{ withinPortal }}
    />
  );
}
