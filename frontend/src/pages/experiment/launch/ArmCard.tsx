import { ActionIcon, Badge, Box, Button, Card, Collapse, Group, Text, TextInput, Tooltip } from "@mantine/core";
import { IconCopy, IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { FieldError } from "../../../api/problem";
import type { Field } from "../../../form/field";
import type { PartialConfig } from "../../../form/merge";
import { isObject } from "../../../form/paths";
import { count, many } from "../../../format/numbers";
import type { Arm } from "./arms";
import { PartEditor } from "./PartEditor";
import type { ArmPreview } from "./useArmPreviews";

interface Props {
  arm: Arm;
  fields: Field[];
  shared: PartialConfig;
  preview: ArmPreview | undefined;
  errors: FieldError[];
  onChange: (arm: Arm) => void;
  onCopy: () => void;
  onRemove?: () => void;
}

/** One arm: its name and what it changes, by form or as JSON. */
export function ArmCard({ arm, fields, shared, preview, errors, onChange, onCopy, onRemove }: Props) {
  const [open, setOpen] = useState(false);
  const nameError = errors.find(({ field }) => field === "name")?.message;
  const inside = errors.filter(({ field }) => field !== "name");
  return (
    <Card withBorder component="section" aria-label={`Arm ${arm.name}`}>
      <Group align="flex-end" gap="xs">
        <TextInput
          label="Arm name"
          value={arm.name}
          maxLength={100}
          error={nameError ?? (arm.name.trim() === "" ? "Enter a name." : undefined)}
          onChange={(event) => onChange({ ...arm, name: event.currentTarget.value })}
          style={{ flex: "1 1 200px" }}
        />
        <Button
          variant={open ? "light" : "default"}
          leftSection={<IconPencil size={14} />}
          onClick={() => setOpen(!open)}
          aria-expanded={open}
        >
          {open ? "Close" : "Change"}
        </Button>
        <Tooltip label="Duplicate arm">
          <ActionIcon variant="default" size="input-sm" aria-label={`Duplicate arm ${arm.name}`} onClick={onCopy}>
            <IconCopy size={16} />
          </ActionIcon>
        </Tooltip>
        {onRemove && (
          <Tooltip label="Remove arm">
            <ActionIcon variant="default" size="input-sm" aria-label={`Remove arm ${arm.name}`} onClick={onRemove}>
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <Differences config={arm.config} preview={preview} />
      {inside.length > 0 && !open && (
        <Text size="sm" c="red" mt="xs" role="alert">
          {many(inside.length, "error")}: {inside.map(({ message }) => message).join("; ")}
        </Text>
      )}
      <Collapse expanded={open}>
        {open && (
          <Box mt="sm">
            <PartEditor
              fields={fields}
              base={shared}
              changes={arm.config}
              errors={inside}
              onChange={(config) => onChange({ ...arm, config })}
            />
          </Box>
        )}
      </Collapse>
    </Card>
  );
}

const SHOWN = 6;

function Differences({ config, preview }: { config: PartialConfig; preview: ArmPreview | undefined }) {
  const leaves = leavesOf(config);
  const steps = preview?.steps;
  return (
    <Group gap={6} mt="xs">
      {leaves.length === 0 && (
        <Text size="sm" c="dimmed">
          No changes to the shared settings
        </Text>
      )}
      {leaves.slice(0, SHOWN).map((leaf) => (
        <Badge key={leaf} variant="light" tt="none" fw={500} maw="100%">
          {leaf}
        </Badge>
      ))}
      {leaves.length > SHOWN && <Text size="sm">and {leaves.length - SHOWN} more</Text>}
      {steps !== undefined && (
        <Text size="sm" c="dimmed" className="tabular">
          {count(steps)} steps per run
        </Text>
      )}
    </Group>
  );
}

/** The settings of a partial configuration, one by one; another member by its name: "guide: gail". */
export function leavesOf(config: PartialConfig, path = ""): string[] {
  return Object.entries(config).flatMap(([name, value]) => {
    const place = path ? `${path}.${name}` : name;
    if (isObject(value) && typeof value.name === "string") return [`${place}: ${value.name}`];
    if (isObject(value) && Object.keys(value).length > 0) return leavesOf(value, place);
    return [
      `${place}: ${value === null ? "empty" : typeof value === "object" ? JSON.stringify(value) : String(value)}`,
    ];
  });
}
