import { SegmentedControl } from "@mantine/core";
import type { Run } from "../../api/types";
import { useCycle } from "./useCycle";

/** Which round of generalist, specialists and fine-tuning is shown; nothing while there is one. */
export function CycleChoice({ run }: { run: Run }) {
  const { cycle, setCycle } = useCycle(run);
  if (run.cycle <= 1) return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label="Cycle"
      value={String(cycle)}
      onChange={(next) => setCycle(Number(next))}
      data={Array.from({ length: run.cycle }, (_, index) => ({ value: `${index + 1}`, label: `Cycle ${index + 1}` }))}
    />
  );
}
