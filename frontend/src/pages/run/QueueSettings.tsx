import { IconArrowsSort, IconServer } from "@tabler/icons-react";
import { useUpdateRun } from "../../api/mutations";
import type { Run } from "../../api/types";
import { EditPopover } from "../../components/EditPopover";
import { PriorityInput, useWorkerLabels, WorkerLabelInput } from "../../components/QueueInputs";

/** When a run's jobs start, and on which workers. */
export function QueueSettings({ run }: { run: Run }) {
  const update = useUpdateRun(run.id);
  const labels = useWorkerLabels();
  return (
    <>
      <EditPopover
        caption={`Priority ${run.priority}`}
        icon={<IconArrowsSort size={13} />}
        value={run.priority}
        save="Save priority"
        onSave={(priority) => update.mutate({ priority })}
      >
        {(draft, change) => <PriorityInput value={draft} onChange={change} />}
      </EditPopover>
      {(run.worker_label || labels.length > 0) && (
        <EditPopover
          caption={run.worker_label ? `Workers with ${run.worker_label}` : "Any worker"}
          icon={<IconServer size={13} />}
          value={run.worker_label}
          save="Save worker label"
          onSave={(worker_label) => update.mutate({ worker_label })}
        >
          {(draft, change) => <WorkerLabelInput value={draft} onChange={change} withinPortal={false} />}
        </EditPopover>
      )}
    </>
  );
}
