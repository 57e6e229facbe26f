import { Button, Popover, Stack } from "@mantine/core";
import { IconArrowsSort } from "@tabler/icons-react";
import { useState } from "react";
import { PriorityInput } from "../../components/PriorityInput";

interface Props {
  priority: number;
  onSave: (priority: number) => void;
}

export function EditablePriority({ priority, onSave }: Props) {
  const [draft, setDraft] = useState<number | null>(null);
  const close = () => setDraft(null);
  const save = (chosen: number) => {
    onSave(chosen);
    close();
  };
  return (
    <Popover opened={draft !== null} onDismiss={close} withArrow trapFocus width={260}>
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          leftSection={<IconArrowsSort size={13} />}
          onClick={() => (draft === null ? setDraft(priority) : close())}
        >
          Priority {priority}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        {draft !== null && (
          <Stack gap="sm">
            <PriorityInput value={draft} onChange={setDraft} />
            <Button size="xs" onClick={() => save(draft)}>
              Save priority
            </Button>
          </Stack>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
