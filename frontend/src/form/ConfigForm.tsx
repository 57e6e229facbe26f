import { Accordion, Alert, Badge, Group, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import type { PlateauSettings } from "../api/types";
import { many } from "../format/numbers";
import { hasErrorsBelow } from "./errors";
import { FieldGrid } from "./FieldGrid";
import { useForm } from "./FormContext";
import { label } from "./label";
import { PlateauDefaults } from "./PlateauDefaults";
import { changedPaths, getIn } from "./paths";
import { USUAL } from "./plateau";
import type { Section } from "./sections";

const placesOf = (section: Section) => (section.own ? section.fields.map((field) => field.name) : [section.name]);

export function ConfigForm({ sections }: { sections: Section[] }) {
  const { config, base, errors } = useForm();
  const [open, setOpen] = useState(() => sections.filter((section) => !section.advanced).map(({ name }) => name));
  const changed = changedPaths(base, config);
  const faulty = sections.filter((section) => placesOf(section).some((place) => hasErrorsBelow(errors, place)));
  const faultyNames = faulty.map(({ name }) => name).join(" ");
  useEffect(() => {
    if (faultyNames) setOpen((old) => [...new Set([...old, ...faultyNames.split(" ")])]);
  }, [faultyNames]);

  return (
    <Accordion multiple value={open} onChange={setOpen} variant="separated" order={2}>
      {sections.map((section) => {
        const places = placesOf(section);
        const changes = changed.filter((path) =>
          places.some((place) => path === place || path.startsWith(`${place}.`)),
        );
        return (
          <Accordion.Item key={section.name} value={section.name}>
            <Accordion.Control>
              <SectionTitle section={section} changes={changes.length} faulty={faulty.includes(section)} />
            </Accordion.Control>
            <Accordion.Panel>
              {!section.own && errors[section.name] && (
                <Alert color="red" mb="md">
                  {errors[section.name]}
                </Alert>
              )}
              {section.name === "plateau" && <Defaults />}
              <FieldGrid fields={section.fields} path={section.own ? [] : [section.name]} />
            </Accordion.Panel>
          </Accordion.Item>
        );
      })}
    </Accordion>
  );
}

/** Settings of criterion H that are kept by name; where a run starts from its checkpoints is not among them. */
function Defaults() {
  const { config, project, set } = useForm();
  const settings = { ...USUAL, ...(getIn(config, ["plateau"]) as Partial<PlateauSettings>) };
  return (
    <Group justify="flex-end" mb="xs">
      <PlateauDefaults
        settings={settings}
        project={project}
        onChoose={(chosen) => set(["plateau"], { ...chosen, rewind: settings.rewind })}
      />
    </Group>
  );
}

function SectionTitle({ section, changes, faulty }: { section: Section; changes: number; faulty: boolean }) {
  const { config, titles } = useForm();
  const variant = getIn(config, [section.name, "name"]);
  return (
    <Group gap="xs">
      <Text fw={600}>{section.title}</Text>
      {typeof variant === "string" && <Text>{titles[section.name]?.[variant] ?? label(variant)}</Text>}
      <Text size="sm" c="dimmed" visibleFrom="sm">
        {section.help}
      </Text>
      {changes > 0 && (
        <Badge size="sm" variant="light" tt="none">
          {many(changes, "change")}
        </Badge>
      )}
      {faulty && (
        <Badge size="sm" color="red" tt="none">
          has errors
        </Badge>
      )}
    </Group>
  );
}
