import { Button, Menu, Text } from "@mantine/core";
import { IconBookmark } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAccount } from "../../api/accounts";
import { useDeleteView, useStoreView, viewsQuery } from "../../api/kept";
import type { RunView, RunViewContent } from "../../api/types";
import { KeepByName, ownership } from "../../components/KeepByName";

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
  const store = useStoreView();
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
                {ownership(view, me)}
                {view.content.query && ` · ${view.content.query}`}
              </Text>
            </Menu.Item>
          ))}
          {views.length > 0 && <Menu.Divider />}
          <Menu.Item onClick={() => setSaving(true)}>Keep this view</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <KeepByName
        opened={saving}
        onClose={() => setSaving(false)}
        title="Keep this view"
        what="view"
        kept={views}
        project={project}
        busy={store.isPending}
        onKeep={(keeping) => store.mutate({ ...keeping, content }, { onSuccess: () => setSaving(false) })}
        onDelete={remove.mutate}
      />
    </>
  );
}
