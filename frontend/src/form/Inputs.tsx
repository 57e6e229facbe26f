import { NumberInput, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { FieldGrid } from "./FieldGrid";
import { useForm } from "./FormContext";
import type { ChoiceField, Field, NumberField, PlainField, UnionField } from "./field";
import { hooksOf, noteOf, unheard } from "./fits";
import { label, optionLabel } from "./label";
import { dotted, type Path } from "./paths";
import { Marked, useSetting } from "./Setting";

export interface Props<F extends Field> {
  field: F;
  path: Path;
}

export function NumberSetting({ field, path }: Props<NumberField>) {
  const { value, error, set } = useSetting(path);
  return (
    <NumberInput
      label={field.label}
      description={field.help}
      error={error}
      value={typeof value === "number" ? value : ""}
      onChange={(next) => set(typeof next === "number" ? next : null)}
      placeholder={field.nullable ? "empty" : undefined}
      allowDecimal={!field.integer}
      allowNegative={(field.min ?? -1) < 0}
      min={field.min}
      max={field.max}
      step={field.integer ? 1 : 0.01}
      clampBehavior="none"
      thousandSeparator={field.integer ? " " : undefined}
      suffix={field.unit ? ` ${field.unit}` : undefined}
      hideControls={!field.integer}
    />
  );
}

export function ChoiceSetting({ field, path }: Props<ChoiceField>) {
  const { value, error, set } = useSetting(path);
  return (
    <Select
      label={field.label}
      description={field.help}
      error={error}
      data={field.options.map((option) => ({ value: option, label: optionLabel(option) }))}
      value={value === null || value === undefined ? null : String(value)}
      onChange={set}
      allowDeselect={false}
      clearable={field.nullable}
      searchable={field.options.length > 8}
    />
  );
}

export function SwitchSetting({ field, path }: Props<PlainField>) {
  const { value, error, set } = useSetting(path);
  return (
    <Switch
      label={field.label}
      description={field.help}
      error={error}
      checked={value === true}
      onChange={(event) => set(event.currentTarget.checked)}
      pt={4}
    />
  );
}

export function TextSetting({ field, path }: Props<PlainField>) {
  const { value, error, set } = useSetting(path);
  return (
    <TextInput
      label={field.label}
      description={field.help}
      error={error}
      value={typeof value === "string" ? value : ""}
      placeholder={field.nullable ? "empty" : undefined}
      onChange={(event) => set(field.nullable && event.currentTarget.value === "" ? null : event.currentTarget.value)}
    />
  );
}

/** Which variant, and below it the settings that this variant has. */
export function UnionSetting({ field, path }: Props<UnionField>) {
  const { value, original, error, set } = useSetting(path);
  const tag = variantOf(value, field);
  const { titles, fields, config } = useForm();
  const names = titles[dotted(path)] ?? {};
  const heard = dotted(path) === "guide" ? hooksOf(fields, config) : undefined;
  const option = (value: string) => ({
    value,
    label: names[value] ?? label(value),
    disabled: value !== tag && unheard(field.fits[value], heard).length > 0,
  });
  const choose = (next: string | null) => {
    if (next) set(variantOf(original, field) === next ? original : field.defaults[next]);
  };
  return (
    <Stack gap="sm">
      <Marked path={path} label={field.label}>
        <Select
          label={field.label}
          description={field.helps[tag] || field.help}
          error={error}
          data={Object.keys(field.variants).map(option)}
          renderOption={({ option }) => <Member option={option} note={noteOf(field.fits[option.value], heard)} />}
          value={tag}
          searchable={Object.keys(field.variants).length > 8}
          onChange={choose}
          allowDeselect={false}
        />
      </Marked>
      {(field.variants[tag] ?? []).length > 0 ? (
        <FieldGrid fields={field.variants[tag] ?? []} path={path} />
      ) : (
        <Text size="sm" c="dimmed">
          Nothing to set.
        </Text>
      )}
    </Stack>
  );
}

function variantOf(value: unknown, field: UnionField): string {
  if (typeof value !== "object" || value === null) return "";
  return String((value as Record<string, unknown>)[field.discriminator] ?? "");
}

function Member({ option, note }: { option: { label: string }; note: string }) {
  return (
    <div>
      <Text size="sm">{option.label}</Text>
      {note && (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </div>
  );
}
