import { Button, Group } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Noted, notesQuery, useSaveNotes } from "../api/notes";
import { Panel } from "../components/Panel";
import { NotesEditor } from "./NotesEditor";
import { NoteVersions } from "./NoteVersions";
import { Overtaken, Shown } from "./Shown";

interface Draft {
  text: string;
  /** The newest version that the writer has read. */
  seen: number;
}

/** Notes of a run or an experiment: shown, written, and as they were before. */
export function NotesPanel({ of, text, mayChange }: { of: Noted; text: string; mayChange: boolean }) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [looksBack, setLooksBack] = useState(false);
  const client = useQueryClient();
  const begin = async () => {
    const [newest] = await client.fetchQuery({ ...notesQuery(of), staleTime: 0 });
    setDraft({ text: newest?.text ?? "", seen: newest?.version ?? 0 });
  };
  const actions = (
    <Group gap="xs">
      <Button size="xs" variant="subtle" color="gray" onClick={() => setLooksBack(true)}>
        Versions
      </Button>
      {mayChange && (
        <Button size="xs" variant="default" onClick={begin}>
          {text ? "Edit notes" : "Add notes"}
        </Button>
      )}
    </Group>
  );
  return (
    <Panel title="Notes" actions={draft === null && actions}>
      {draft === null ? <Shown text={text} /> : <Editing of={of} draft={draft} onChange={setDraft} />}
      {looksBack && <NoteVersions of={of} mayRestore={mayChange} onClose={() => setLooksBack(false)} />}
    </Panel>
  );
}

function Editing({ of, draft, onChange }: { of: Noted; draft: Draft; onChange: (draft: Draft | null) => void }) {
  const newest = useQuery(notesQuery(of)).data?.[0];
  const save = useSaveNotes(of);
  const overtaken = newest !== undefined && newest.version !== draft.seen && !save.isPending && !save.isSuccess;
  const send = (next: Draft) => {
    onChange(next);
    save.mutate(next, { onSuccess: () => onChange(null) });
  };
  return (
    <>
      {overtaken && (
        <Overtaken
          newest={newest}
          onJoin={() => onChange({ text: `${newest.text}\n\n${draft.text}`, seen: newest.version })}
          onReplace={() => send({ ...draft, seen: newest.version })}
        />
      )}
      <NotesEditor
        text={draft.text}
        onChange={(text) => onChange({ ...draft, text })}
        onCancel={() => onChange(null)}
        onSave={() => send(draft)}
        saving={save.isPending}
        error={overtaken ? undefined : save.error?.message}
      />
    </>
  );
}
