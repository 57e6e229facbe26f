import { Button, Popover, Stack } from "@mantine/core";
import { type ReactNode, useState } from "react";

interface Props<T> {
  /** What is written on the button, which shows the value as it is. */
  caption: string;
  icon: ReactNode;
  color?: string;
  value: T;
  save: string;
  onSave: (value: T) => void;
  /** The input, with the draft. */
  children: (draft: T, change: (draft: T) => void) => ReactNode;
}

/** A value that is changed in a small dialogue of its own, and saved only when told to. */
export function EditPopover<T>({ caption, icon, color = "gray", value, save, onSave, children }: Props<T>) {
  const [opened, setOpened] = useState(false);
  const [draft, setDraft] = useState(value);
  const open = () => {
    setDraft(value);
    setOpened(!opened);
  };
  const done = () => {
    onSave(draft);
    setOpened(false);
  };
  return (
    <Popover opened={opened} onDismiss={() => setOpened(false)} withArrow trapFocus width={280}>
      <Popover.Target>
        <Button variant="subtle" color={color} size="compact-xs" leftSection={icon} onClick={open}>
          {caption}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          {children(draft, setDraft)}
          <Button size="xs" onClick={done} disabled={draft === value}>
            {save}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
