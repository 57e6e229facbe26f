import { NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { unitOf } from "../format/numbers";
import type { ChoiceField, InputProps, NumberField, PlainField } from "./field";
import { optionLabel } from "./label";
import { useSetting } from "./Setting";

export function NumberSetting({ field, path }: InputProps<NumberField>) {
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
      thousandSeparator={field.integer ? "," : undefined}
      suffix={field.unit ? ` ${unitOf(field.unit, value)}` : undefined}
      hideControls={!field.integer}
    />
  );
}

export function ChoiceSetting({ field, path }: InputProps<ChoiceField>) {
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

export function SwitchSetting({ field, path }: InputProps<PlainField>) {
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

export function TextSetting({ field, path }: InputProps<PlainField>) {
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
