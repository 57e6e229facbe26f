import { CloseButton, Combobox, Group, Text, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedCallback, useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { completionsQuery } from "../../api/run-list";
import { completed } from "./listing";

interface Props {
  value: string;
  /** What the server finds wrong with the query. */
  error: string | null;
  onChange: (value: string | null) => void;
}

/** A query over runs, or words to find; what may follow at the cursor is offered. */
export function QueryInput({ value, error, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [text, setText] = useState(value);
  const [at, setAt] = useState(value.length);
  const [asked] = useDebouncedValue(text, 120);
  const told = useRef(value);
  const notify = useDebouncedCallback((next: string) => {
    told.current = next;
    onChange(next || null);
  }, 400);
  const offered = useQuery({
    ...completionsQuery(asked, Math.min(at, asked.length)),
    enabled: combobox.dropdownOpened,
  });
  // What is offered for an older text would be put into the wrong place of this one.
  const items = asked === text && !offered.isPlaceholderData ? (offered.data?.items ?? []) : [];
  useEffect(() => {
    if (value !== told.current) setText(value); // the address was changed by another, not by what is typed here
    told.current = value;
  }, [value]);
  const write = (next: string, cursor: number) => {
    setText(next);
    setAt(cursor);
    notify(next);
    combobox.openDropdown();
  };
  const take = (completion: string) => {
    const next = completed(text, offered.data?.start ?? at, at, completion);
    write(next.text, next.at);
    requestAnimationFrame(() => input.current?.setSelectionRange(next.at, next.at));
  };
  return (
    <Combobox store={combobox} onOptionSubmit={take} withinPortal>
      <Combobox.Target targetType="input">
        <TextInput
          ref={input}
          aria-label="Search runs"
          placeholder="Search, or status = failed and score < 0.5"
          leftSection={<IconSearch size={16} />}
          rightSection={text ? <CloseButton size="sm" aria-label="Clear search" onClick={() => write("", 0)} /> : null}
          value={text}
          error={error}
          onChange={(event) => write(event.currentTarget.value, event.currentTarget.selectionStart ?? 0)}
          onSelect={(event) => setAt(event.currentTarget.selectionStart ?? 0)}
          onClick={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          spellCheck={false}
          w={{ base: "100%", sm: 420 }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={items.length === 0}>
        <Combobox.Options mah={320} style={{ overflowY: "auto" }}>
          {items.map((item) => (
            <Combobox.Option key={`${item.kind} ${item.text}`} value={item.text}>
              <Group justify="space-between" wrap="nowrap" gap="md">
                <Text size="sm" ff={item.kind === "value" ? undefined : "monospace"} truncate>
                  {item.text}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {item.help}
                </Text>
              </Group>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
