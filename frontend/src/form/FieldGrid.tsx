import { Fieldset, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { noteOf, supportedHooks, unsupportedHooks } from "./compatibility";
import { useForm } from "./FormContext";
import type { Field, InputProps, UnionField } from "./field";
import { ChoiceSetting, NumberSetting, SwitchSetting, TextSetting } from "./Inputs";
import { JsonSetting, NumbersSetting, TextsSetting } from "./ListInputs";
import { label } from "./label";
import { dotted, type Path } from "./paths";
import { Marked, useSetting } from "./Setting";

/** Settings side by side; unions and groups take the whole width below. */
export function FieldGrid({ fields, path }: { fields: Field[]; path: Path }) {
  const nested: Field[] = fields.filter((field) => field.kind === "union" || field.kind === "group");
  const plain = fields.filter((field) => !nested.includes(field));
  return (
    <Stack gap="md">
      {plain.length > 0 && (
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg" verticalSpacing="md">
          {plain.map((field) => (
            <Marked key={dotted([...path, field.name])} path={[...path, field.name]} label={field.label}>
              <Input field={field} path={[...path, field.name]} />
            </Marked>
          ))}
        </SimpleGrid>
      )}
      {nested.map((field) => (
        <Input key={dotted([...path, field.name])} field={field} path={[...path, field.name]} />
      ))}
    </Stack>
  );
}

function Input({ field, path }: InputProps<Field>) {
  switch (field.kind) {
    case "number":
      return <NumberSetting field={field} path={path} />;
    case "choice":
      return <ChoiceSetting field={field} path={path} />;
    case "switch":
      return <SwitchSetting field={field} path={path} />;
    case "numbers":
      return <NumbersSetting field={field} path={path} />;
    case "texts":
      return <TextsSetting field={field} path={path} />;
    case "json":
      return <JsonSetting field={field} path={path} />;
    case "text":
      return <TextSetting field={field} path={path} />;
    case "union":
      return <UnionSetting field={field} path={path} />;
    case "group":
      return (
        <Fieldset legend={field.label} variant="default">
          <FieldGrid fields={field.fields} path={path} />
        </Fieldset>
      );
  }
}

/** Which variant, and below it the settings that this variant has. */
function UnionSetting({ field, path }: InputProps<UnionField>) {
  const { value, original, error, set } = useSetting(path);
  const tag = variantOf(value, field);
  const { titles, fields, config } = useForm();
  const names = titles[dotted(path)] ?? {};
  const supported = dotted(path) === "guide" ? supportedHooks(fields, config) : undefined;
  const option = (value: string) => ({
    value,
    label: names[value] ?? label(value),
    disabled: value !== tag && unsupportedHooks(field.compatibility[value], supported).length > 0,
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
          renderOption={({ option }) => (
            <Member option={option} note={noteOf(field.compatibility[option.value], supported)} />
          )}
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
          No settings.
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
