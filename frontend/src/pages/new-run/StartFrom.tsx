import { Badge, Group, Radio, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { runsQuery } from "../../api/queries";
import type { Preset } from "../../api/types";
import { STATUS_LABEL } from "../../theme";

export interface Origin {
  preset?: string;
  run?: number;
}

interface Props {
  presets: Preset[];
  origin: Origin;
  onChange: (origin: Origin) => void;
}

/** Where the form starts: a preset, or the configuration of an earlier run. */
export function StartFrom({ presets, origin, onChange }: Props) {
  const runs = useQuery(runsQuery({ offset: 0 })).data?.items ?? [];
  return (
    <Stack gap="sm" mb="md">
      <Radio.Group
        label="Preset"
        description="A configuration that is known to work. Everything below can be changed."
        value={origin.preset ?? ""}
        onChange={(preset) => onChange({ preset })}
      >
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" mt="xs">
          {presets.map((preset) => (
            <Radio.Card key={preset.name} value={preset.name} p="sm" h="100%" aria-label={preset.title}>
              <Group wrap="nowrap" align="flex-start" gap="sm">
                <Radio.Indicator mt={3} />
                <div>
                  <Group gap={6}>
                    <Text fw={600} size="sm">
                      {preset.title}
                    </Text>
                    {!preset.runnable && (
                      <Badge size="xs" color="yellow" variant="light" tt="none">
                        no live worker runs it
                      </Badge>
                    )}
                  </Group>
                  <Text size="xs" c="dimmed">
                    {preset.description}
                  </Text>
                </div>
              </Group>
            </Radio.Card>
          ))}
        </SimpleGrid>
      </Radio.Group>
      {(runs.length > 0 || origin.run !== undefined) && (
        <Select
          label="Or start from an earlier run"
          placeholder="Choose a run"
          searchable
          clearable
          data={options(runs, origin.run)}
          value={origin.run === undefined ? null : String(origin.run)}
          onChange={(id) => onChange(id ? { run: Number(id) } : { preset: presets[0]?.name })}
        />
      )}
    </Stack>
  );
}

function options(runs: { id: number; name: string; status: keyof typeof STATUS_LABEL }[], chosen?: number) {
  const listed = runs.map((run) => ({ value: String(run.id), label: `${run.name} (${STATUS_LABEL[run.status]})` }));
  const missing = chosen !== undefined && !runs.some((run) => run.id === chosen);
  return missing ? [{ value: String(chosen), label: `Run ${chosen}` }, ...listed] : listed;
}
