import { Button, Combobox, Group, SegmentedControl, Text, Textarea, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { meantQuery } from "../api/notes";
import { completed, typedAt } from "./mentions";
import { MarkdownText } from "./Shown";

interface Props {
  text: string;
  onChange: (text: string) => void;
  onCancel: () => void;
  onSave: () => void;
  saving: boolean;
  error?: string;
}

export function NotesEditor({ text, onChange, onCancel, onSave, saving, error }: Props) {
  const [view, setView] = useState("write");
  return (
    <>
      <SegmentedControl
        size="xs"
        mb="xs"
        w="fit-content"
        aria-label="View of the notes"
        data={[
          { value: "write", label: "Write" },
          { value: "preview", label: "Preview" },
        ]}
        value={view}
        onChange={setView}
      />
      {view === "write" ? <Writing text={text} onChange={onChange} /> : <MarkdownText text={text} />}
      {error && (
        <Text size="sm" c="red" role="alert">
          {error}
        </Text>
      )}
      <Group justify="flex-end" mt="xs" gap="xs">
        <Button size="xs" variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button size="xs" onClick={onSave} loading={saving}>
          Save notes
        </Button>
      </Group>
    </>
  );
}

/** The text, and the runs that are meant while a name is typed behind an @. */
function Writing({ text, onChange }: Pick<Props, "text" | "onChange">) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState<number | null>(null);
  const moveTo = useCaret(field, text);
  const box = useCombobox();
  const typed = caret === null ? null : typedAt(text, caret);
  const [name] = useDebouncedValue(typed?.name ?? "", 150);
  const meant = useQuery({ ...meantQuery(name), enabled: typed !== null }).data ?? [];
  const runs = typed?.name === name ? meant : []; // none for an older text, which a fast hand would choose
  const opened = typed !== null && runs.length > 0;
  const choose = (run: string) => {
    const next = completed(text, caret ?? text.length, Number(run));
    setCaret(null);
    moveTo(next.caret);
    onChange(next.text);
  };
  return (
    <Combobox store={{ ...box, dropdownOpened: opened }} onOptionSubmit={choose} position="bottom-start">
      <Combobox.Target withKeyboardNavigation={opened}>
        <Textarea
          ref={field}
          aria-label="Notes"
          description="Markdown. Type @ to link a run."
          autosize
          minRows={4}
          maxRows={24}
          maxLength={20_000}
          data-autofocus
          value={text}
          onChange={({ currentTarget }) => {
            setCaret(currentTarget.selectionStart);
            onChange(currentTarget.value);
            box.selectFirstOption();
          }}
          onClick={() => setCaret(null)}
          onBlur={() => setCaret(null)}
          onKeyDown={(event) => event.key === "Escape" && setCaret(null)}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={!opened}>
        <Combobox.Options aria-label="Runs" mah={220} style={{ overflowY: "auto" }}>
          {runs.slice(0, 8).map((run) => (
            <Combobox.Option key={run.id} value={String(run.id)}>
              <Text size="sm" truncate>
                @{run.id} {run.name}
              </Text>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** Moves the caret once the next text is shown. */
function useCaret(field: RefObject<HTMLTextAreaElement | null>, text: string) {
  const wanted = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caret moves when the text has changed
  useLayoutEffect(() => {
    if (wanted.current !== null) field.current?.setSelectionRange(wanted.current, wanted.current);
    wanted.current = null;
  }, [text, field]);
  return (caret: number) => {
    wanted.current = caret;
  };
}
