import { Autocomplete } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { workersQuery } from "../api/queries";

/** Labels of live workers. */
export function useWorkerLabels(): string[] {
  const workers = useQuery(workersQuery).data ?? [];
  return [...new Set(workers.filter((worker) => worker.live).flatMap((worker) => worker.labels))].sort();
}

interface Props {
  value: string;
  error?: string;
  /** Of the list; not where a popover would close when it is clicked. */
  withinPortal?: boolean;
  onChange: (label: string) => void;
}

/** The label that a worker must have to run the jobs. */
export function WorkerLabelInput({ value, error, withinPortal = true, onChange }: Props) {
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
