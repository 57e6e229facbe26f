import { Fieldset, SimpleGrid, Stack } from "@mantine/core";
import type { Field } from "./field";
import { ChoiceSetting, NumberSetting, SwitchSetting, TextSetting, UnionSetting } from "./Inputs";
import { JsonSetting, NumbersSetting, TextsSetting } from "./ListInputs";
import { dotted, type Path } from "./paths";
import { Marked } from "./Setting";

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

export function Input({ field, path }: { field: Field; path: Path }) {
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
