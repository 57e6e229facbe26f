import { Checkbox, Group, NumberInput, Select, SimpleGrid, Stack } from "@mantine/core";
import type { Conditions } from "../../api/policies";
import type { PlateauSettings } from "../../api/types";
import { PlateauDefaults } from "../../form/PlateauDefaults";
import { USUAL } from "../../form/plateau";

interface Props {
  conditions: Conditions;
  change: (part: Partial<Conditions>) => void;
}

/** Settings of criterion H under which the plateau must hold, too. */
export function PlateauCondition({ conditions, change }: Props) {
  const settings = conditions.plateau ?? null;
  const set = (part: Partial<PlateauSettings>) => settings && change({ plateau: { ...settings, ...part } });
  return (
    <Stack gap="xs">
      <Checkbox
        label="Only where the plateau holds under these settings, too"
        description="Judged on the training before the gate, as a replay of the plateau does"
        checked={settings !== null}
        onChange={(event) => change({ plateau: event.currentTarget.checked ? USUAL : null })}
      />
      {settings && (
        <Group>
          <PlateauDefaults settings={settings} project={undefined} onChoose={(plateau) => change({ plateau })} />
        </Group>
      )}
      {settings && <Settings settings={settings} set={set} />}
    </Stack>
  );
}

const LOOK = { allowNegative: false, w: "100%" } as const;

interface SettingsProps {
  settings: PlateauSettings;
  set: (part: Partial<PlateauSettings>) => void;
}

function Settings({ settings, set }: SettingsProps) {
  const fraction = settings.margin_mode === "fraction";
  const number = (name: "window" | "margin" | "sigma" | "confidence" | "min_epochs") => ({
    ...LOOK,
    value: settings[name],
    onChange: (value: string | number) => value !== "" && set({ [name]: Number(value) }),
  });
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, md: 6 }} spacing="sm">
      <Select
        label="Watched"
        data={[
          { value: "return", label: "Mean return" },
          { value: "success", label: "Success rate" },
        ]}
        value={settings.metric}
        allowDeselect={false}
        onChange={(metric) => set({ metric: metric as PlateauSettings["metric"] })}
      />
      <NumberInput label="Window, epochs" min={2} {...number("window")} />
      <NumberInput label={fraction ? "Margin, of the range" : "Margin"} step={0.01} {...number("margin")} />
      <NumberInput label="Smoothing, epochs" step={0.5} {...number("sigma")} />
      <NumberInput label="Confidence" min={0.5} max={0.99} step={0.01} {...number("confidence")} />
      <NumberInput label="Not before epoch" {...number("min_epochs")} />
    </SimpleGrid>
  );
}
