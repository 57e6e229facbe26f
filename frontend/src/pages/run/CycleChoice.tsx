import { SegmentedControl } from "@mantine/core";
import type { Run } from "../../api/types";
import { useAddress } from "../../routing/useAddress";

/** Which cycle of the run is looked at: the one in the URL, else the latest. */
export function useCycle(run: Run) {
  const { params, change } = useAddress();
  const asked = Number(params.get("cycle"));
  const cycle = Number.isInteger(asked) && asked >= 1 && asked <= run.cycle ? asked : run.cycle;
  const setCycle = (next: number) => change({ cycle: String(next), gate: null });
  return { cycle, setCycle };
}

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
