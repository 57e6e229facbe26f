import { ActionIcon, Group, TextInput, Title } from "@mantine/core";
import { IconCheck, IconPencil, IconX } from "@tabler/icons-react";
import { useState } from "react";

interface Props {
  of: "run" | "experiment";
  name: string;
  onSave: (name: string) => void;
}

/** A title that a pencil turns into an input. Enter saves, Escape cancels. */
export function EditableName({ of, name, onSave }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  if (draft === null) {
    return (
      <Group gap={4} wrap="nowrap" style={{ minWidth: 0 }}>
        <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
          {name}
        </Title>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`Rename ${of}`} onClick={() => setDraft(name)}>
          <IconPencil size={15} />
        </ActionIcon>
      </Group>
    );
  }
  const save = () => {
    const next = draft.trim();
    if (next && next !== name) onSave(next);
    setDraft(null);
  };
  return (
    <Group
      component="form"
      gap={4}
      wrap="nowrap"
      onSubmit={(event: React.FormEvent) => {
        event.preventDefault();
        save();
      }}
    >
      <TextInput
        aria-label={`Name of the ${of}`}
        value={draft}
        maxLength={200}
        data-autofocus
        ref={(input) => input?.focus()}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && setDraft(null)}
      />
      <ActionIcon type="submit" variant="light" aria-label="Save name">
        <IconCheck size={16} />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" aria-label="Cancel renaming" onClick={() => setDraft(null)}>
        <IconX size={16} />
      </ActionIcon>
    </Group>
  );
}
