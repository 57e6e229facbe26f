import { Textarea } from "@mantine/core";
import { useState } from "react";
import type { FieldError } from "../../../api/problem";
import type { PartialConfig } from "../../../form/merge";
import { isObject } from "../../../form/paths";

interface Props {
  config: PartialConfig;
  errors: FieldError[];
  onChange: (config: PartialConfig) => void;
}

/** A partial configuration as it is sent. Edits take effect as soon as they are valid JSON. */
export function PartJson({ config, errors, onChange }: Props) {
  const [text, setText] = useState(() => JSON.stringify(config, null, 2));
  const [unreadable, setUnreadable] = useState<string>();
  const write = (next: string) => {
    setText(next);
    const read = readObject(next);
    setUnreadable(read.problem);
    if (read.value) onChange(read.value);
  };
  return (
    <Textarea
      label="Changes as JSON"
      description={'Part of a configuration, for example {"guide": {"name": "none"}}.'}
      error={unreadable ?? (errors.map(({ field, message }) => `${field}: ${message}`).join("; ") || undefined)}
      autosize
      minRows={4}
      maxRows={24}
      value={text}
      onChange={(event) => write(event.currentTarget.value)}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
    />
  );
}

function readObject(text: string): { value?: PartialConfig; problem?: string } {
  try {
    const value: unknown = JSON.parse(text.trim() || "{}");
    return isObject(value) ? { value } : { problem: "Enter a JSON object: { ... }." };
  } catch (cause) {
    return { problem: `Not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}
