import { Button, Popover, Stack, Text } from "@mantine/core";
import { IconFolder } from "@tabler/icons-react";
import { useState } from "react";
import { useProjectsToLaunchInto } from "../api/projects";
import { ProjectSelect } from "./ProjectChoice";

interface Props {
  of: { project_id?: number | null; project_name?: string | null };
  /** Why it cannot be moved by itself. */
  fixed?: string;
  onSave: (project: number) => void;
}

/** The project that a run or an experiment belongs to, and moving it to another one. */
export function EditableProject({ of, fixed, onSave }: Props) {
  const projects = useProjectsToLaunchInto();
  const [opened, setOpened] = useState(false);
  const [draft, setDraft] = useState<number | null>(null);
  if (projects.length === 0 && !of.project_id) return null;
  const open = () => {
    setDraft(of.project_id ?? null);
    setOpened(!opened);
  };
  const save = () => {
    onSave(draft ?? 0);
    setOpened(false);
  };
  return (
    <Popover opened={opened} onDismiss={() => setOpened(false)} withArrow trapFocus width={280}>
      <Popover.Target>
        <Button variant="subtle" color="gray" size="compact-xs" leftSection={<IconFolder size={13} />} onClick={open}>
          {of.project_name ? `Project ${of.project_name}` : "No project"}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {fixed ? (
          <Text size="sm">{fixed}</Text>
        ) : (
          <Stack gap="sm">
            <ProjectSelect value={draft} onChange={setDraft} comboboxProps={{ withinPortal: false }} />
            <Button size="xs" onClick={save} disabled={draft === (of.project_id ?? null)}>
              Move
            </Button>
          </Stack>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
