import { Button, Group, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useUpdateRun } from "../../../api/mutations";
import type { Run } from "../../../api/types";
import { Panel } from "../../../components/Panel";

export function NotesPanel({ run }: { run: Run }) {
  const [draft, setDraft] = useState<string | null>(null);
  const update = useUpdateRun(run.id);
  const save = () => {
    if (draft !== null) update.mutate({ notes: draft }, { onSuccess: () => setDraft(null) });
  };
  return (
    <Panel
      title="Notes"
      actions={
        draft === null && (
          <Button size="xs" variant="default" onClick={() => setDraft(run.notes)}>
            {run.notes ? "Edit notes" : "Add notes"}
          </Button>
        )
      }
    >
      {draft === null ? (
        <Text
          size="sm"
          c={run.notes ? undefined : "dimmed"}
          style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
        >
          {run.notes || "No notes yet. Describe the purpose of the run and what you observed."}
        </Text>
      ) : (
        <>
          <Textarea
            aria-label="Notes"
            autosize
            minRows={3}
            value={draft}
            onChange={(e) => setDraft(e.currentTarget.value)}
          />
          <Group justify="flex-end" mt="xs" gap="xs">
            <Button size="xs" variant="default" onClick={() => setDraft(null)}>
              Cancel
            </Button>
            <Button size="xs" onClick={save} loading={update.isPending}>
              Save notes
            </Button>
          </Group>
        </>
      )}
    </Panel>
  );
}
