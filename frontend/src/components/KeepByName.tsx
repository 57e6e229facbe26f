import { ActionIcon, Button, Group, Modal, Stack, Switch, Text, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useAccount } from "../api/accounts";

interface Kept {
  id: number;
  name: string;
  owner: string;
  shared: boolean;
}

/** Under which name something is kept, and who else sees it. */
export interface Keeping {
  name: string;
  shared: boolean;
  project_id: number | null;
}

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What is kept, as in "a view of yours". */
  what: string;
  kept: Kept[];
  project: number | undefined;
  busy: boolean;
  onKeep: (keeping: Keeping) => void;
  onDelete: (id: number) => void;
}

/** Keeps something by name, and lists what is there of one's own, to delete it. */
export function KeepByName({ opened, onClose, title, what, kept, onDelete, ...form }: Props) {
  const me = useAccount()?.name;
  return (
    <Modal opened={opened} onClose={onClose} title={title} centered>
      <Stack gap="md">
        <KeepForm what={what} {...form} />
        {kept
          .filter((one) => one.owner === me)
          .map((one) => (
            <Group key={one.id} justify="space-between" wrap="nowrap">
              <Text size="sm" truncate>
                {one.name}
              </Text>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Delete the ${what} ${one.name}`}
                onClick={() => onDelete(one.id)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
          ))}
      </Stack>
    </Modal>
  );
}

function KeepForm({ what, project, busy, onKeep }: Pick<Props, "what" | "project" | "busy" | "onKeep">) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const keep = (event: React.FormEvent) => {
    event.preventDefault();
    onKeep({ name: name.trim(), shared, project_id: project ?? null });
  };
  return (
    <form onSubmit={keep}>
      <Stack gap="sm">
        <TextInput
          label="Name"
          description={`A ${what} of yours with this name is replaced.`}
          required
          maxLength={100}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Switch
          label="Shared"
          description={project ? "With the members of the project." : "With everyone on this server."}
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        <Button type="submit" disabled={name.trim() === ""} loading={busy}>
          Keep
        </Button>
      </Stack>
    </form>
  );
}

/** Whose a kept one is, in a list of those to choose from. */
export function ownership(kept: Kept, me: string | undefined): string {
  if (kept.owner !== me) return `shared by ${kept.owner}`;
  return kept.shared ? "shared" : "yours";
}
