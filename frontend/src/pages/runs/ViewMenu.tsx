import { ActionIcon, Button, Group, Menu, Modal, Stack, Switch, Text, TextInput } from "@mantine/core";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAccount } from "../../api/accounts";
import { useDeleteView, useStoreView, viewsQuery } from "../../api/run-list";
import type { RunView, RunViewContent } from "../../api/types";

interface Props {
  /** The list as it is looked at now. */
  content: RunViewContent;
  project: number | undefined;
  onOpen: (view: RunView) => void;
}

/** Opens a view of the list that was kept by name, one's own or shared, and keeps the present one. */
export function ViewMenu({ content, project, onOpen }: Props) {
  const views = useQuery(viewsQuery).data ?? [];
  const me = useAccount()?.name;
  const remove = useDeleteView();
  const [saving, setSaving] = useState(false);
  return (
    <>
      <Menu position="bottom-end" width={280} withinPortal>
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<IconBookmark size={14} />}>
            Views
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={400} style={{ overflowY: "auto" }}>
          {views.map((view) => (
            <Menu.Item key={view.id} onClick={() => onOpen(view)}>
              <Text size="sm" truncate>
                {view.name}
              </Text>
              <Text size="xs" c="dimmed" truncate>
                {view.owner === me ? (view.shared ? "shared" : "yours") : `shared by ${view.owner}`}
                {view.content.query && ` · ${view.content.query}`}
              </Text>
            </Menu.Item>
          ))}
          {views.length > 0 && <Menu.Divider />}
          <Menu.Item onClick={() => setSaving(true)}>Keep this view</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={saving} onClose={() => setSaving(false)} title="Keep this view" centered>
        <Stack gap="md">
          <SaveForm content={content} project={project} onDone={() => setSaving(false)} />
          {views
            .filter((view) => view.owner === me)
            .map((view) => (
              <Group key={view.id} justify="space-between" wrap="nowrap">
                <Text size="sm" truncate>
                  {view.name}
                </Text>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Delete the view ${view.name}`}
                  onClick={() => remove.mutate(view.id)}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            ))}
        </Stack>
      </Modal>
    </>
  );
}

interface SaveProps {
  content: RunViewContent;
  project: number | undefined;
  onDone: () => void;
}

function SaveForm({ content, project, onDone }: SaveProps) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const store = useStoreView();
  const save = (event: React.FormEvent) => {
    event.preventDefault();
    store.mutate({ name: name.trim(), content, shared, project_id: project ?? null }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={save}>
      <Stack gap="sm">
        <TextInput
          label="Name"
          description="A view of yours with this name is replaced."
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
        <Button type="submit" disabled={name.trim() === ""} loading={store.isPending}>
          Keep
        </Button>
      </Stack>
    </form>
  );
}
