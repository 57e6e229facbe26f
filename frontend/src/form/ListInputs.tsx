import { JsonInput, MultiSelect, TagsInput, TextInput } from "@mantine/core";
import { useState } from "react";
import type { InputProps, PlainField, TextsField } from "./field";
import { useSetting } from "./Setting";

/** A list of numbers, separated by commas. Anything else is sent to the server, which explains what is wrong. */
export function NumbersSetting({ field, path }: InputProps<PlainField>) {
  const { value, error, set } = useSetting(path);
  const parse = (text: string) =>
    text.split(/[\s,]+/).flatMap((part) => (part === "" ? [] : [Number.isNaN(Number(part)) ? part : Number(part)]));
  const read = (text: string) => (field.nullable && text.trim() === "" ? null : parse(text));
  return (
    <TextInput
      label={field.label}
      description={`${field.help} Separate values with commas.`}
      error={error}
      key={String(value)} // redrawn when the value is reset from outside
      defaultValue={Array.isArray(value) ? value.join(", ") : ""}
      placeholder={field.nullable ? "empty" : undefined}
      onBlur={(event) => set(read(event.currentTarget.value))}
    />
  );
}

/** A list of texts: chosen where the schema knows them all, typed otherwise. */
export function TextsSetting({ field, path }: InputProps<TextsField>) {
  const { value, error, set } = useSetting(path);
  const shared = {
    label: field.label,
    description: field.help,
    error,
    value: Array.isArray(value) ? value.map(String) : [],
    onChange: (texts: string[]) => set(field.nullable && texts.length === 0 ? null : texts),
  };
  if (field.options.length > 0) return <MultiSelect {...shared} data={field.options} searchable clearable />;
  return <TagsInput {...shared} placeholder="Press Enter after each value" acceptValueOnBlur />;
}

/** A setting without an input of its own, as JSON. It is set once it can be read. */
export function JsonSetting({ field, path }: InputProps<PlainField>) {
  const { value, error, set } = useSetting(path);
  const written = JSON.stringify(value ?? null, null, 1);
  return <JsonText key={written} label={field.label} help={field.help} error={error} written={written} onRead={set} />;
}

interface TextProps {
  label: string;
  help: string;
  error?: string;
  written: string;
  onRead: (value: unknown) => void;
}

function JsonText({ label, help, error, written, onRead }: TextProps) {
  const [text, setText] = useState(written);
  const [unreadable, setUnreadable] = useState(false);
  const read = () => {
    try {
      onRead(JSON.parse(text.trim() || "null"));
      setUnreadable(false);
    } catch {
      setUnreadable(true); // shown below the input; nothing is set
    }
  };
  return (
    <JsonInput
      label={label}
      description={`${help} Enter as JSON.`}
      error={unreadable ? "This is not valid JSON. Names and text need double quotes." : error}
      autosize
      minRows={1}
      maxRows={10}
      value={text}
      onChange={setText}
      onBlur={read}
    />
  );
}
