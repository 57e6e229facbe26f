import { Button, Group, Modal, NavLink, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Noted, notesQuery, useSaveNotes } from "../api/notes";
import type { NoteVersion } from "../api/types";
import { ErrorState, Loaded } from "../components/Loaded";
import { When } from "../components/When";
import { MarkdownText } from "./Shown";

interface Props {
  of: Noted;
  mayRestore: boolean;
  onClose: () => void;
}

/** Every text that was saved: who, when and what; an older one can be put back in force. */
export function NoteVersions({ of, mayRestore, onClose }: Props) {
  const query = useQuery(notesQuery(of));
  const [chosen, setChosen] = useState<number | null>(null);
  const save = useSaveNotes(of);
  return (
    <Modal opened onClose={onClose} title="Versions of the notes" size="xl">
      <Loaded query={query}>
        {(versions) => {
          const shown = versions.find(({ version }) => version === chosen) ?? versions[0];
          if (!shown) return <Text size="sm">Nobody has saved notes yet.</Text>;
          const restore = () =>
            save.mutate({ text: shown.text, seen: versions[0]?.version ?? 0 }, { onSuccess: onClose });
          return (
            <Stack gap="sm">
              <List versions={versions} shown={shown} onChoose={setChosen} />
              <MarkdownText text={shown.text || "*Nothing*"} />
              {save.error && <ErrorState error={save.error} />}
              {mayRestore && shown !== versions[0] && (
                <Group justify="flex-end">
                  <Button size="xs" loading={save.isPending} onClick={restore}>
                    Restore this version
                  </Button>
                </Group>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </Modal>
  );
}

interface ListProps {
  versions: readonly NoteVersion[];
  shown: NoteVersion;
  onChoose: (version: number) => void;
}

function List({ versions, shown, onChoose }: ListProps) {
  return (
    <section aria-label="Versions" style={{ maxHeight: 220, overflowY: "auto" }}>
      {versions.map((each, index) => (
        <NavLink
          key={each.version}
          component="button"
          active={each === shown}
          aria-current={each === shown}
          label={each.who || "at the launch"}
          description={
            <>
              <When at={each.at} />
              {index === 0 && " · in force"}
            </>
          }
          onClick={() => onChoose(each.version)}
        />
      ))}
    </section>
  );
}
