import { Button, Group, Menu, SegmentedControl, SimpleGrid, Slider, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { type PlateauChanges, plateauReplayQuery, plateausQuery } from "../../../api/queries";
import type { PlateauSettings, PlateauReplay as Replay, Run } from "../../../api/types";
import { PlateauDefaults } from "../../../form/PlateauDefaults";
import { inAddress } from "../../../form/plateau";
import { decimal, many, percent } from "../../../format/numbers";
import type { Span } from "../../../plot/figure-query";
import { useMetric } from "../figures/MetricChoice";
import { inSentences } from "./Plateaus";

/** What a viewer tries: settings of criterion H that differ from the run's, or null while nothing is tried. */
export function usePlateauReplay(run: Run) {
  const [changes, setChanges] = useState<PlateauChanges | null>(null);
  const [settled] = useDebouncedValue(changes, 150);
  const query = useQuery({ ...plateauReplayQuery(run.id, settled ?? {}), enabled: settled !== null });
  const first = settled ? query.data?.detections[0] : undefined;
  const spans = useMemo(
    (): Span[] => (first ? [{ from: first.start_steps, to: first.detected_steps, name: "tried" }] : []),
    [first],
  );
  return { changes, setChanges, replay: query.data, error: query.error, spans };
}

/** Where would H have fired with another window, margin, smoothing or confidence? */
export function PlateauReplay({ run, state }: { run: Run; state: ReturnType<typeof usePlateauReplay> }) {
  const { changes, setChanges, replay, error } = state;
  const actual = useQuery(plateausQuery(run.id)).data?.[0];
  if (changes === null)
    return (
      <Button
        variant="default"
        size="xs"
        mt="xs"
        leftSection={<IconHistory size={14} />}
        onClick={() => setChanges({})}
      >
        Replay the plateau
      </Button>
    );
  const tried = replay && { ...replay.settings, ...given(changes) };
  return (
    <Stack gap="sm" mt="sm" component="section" aria-label="Plateau replay">
      <Group justify="space-between">
        <Text fw={600} size="sm">
          With other settings
        </Text>
        <Group gap="xs">
          {replay && <Criterion run={run} replay={replay} changes={changes} onChange={setChanges} />}
          {tried && (
            <PlateauDefaults
              size="compact-xs"
              settings={tried}
              project={run.project_id ?? undefined}
              onChoose={({ rewind: _, ...chosen }) => setChanges(chosen)}
            />
          )}
          {tried && <Save run={run} settings={tried} />}
          <Button variant="default" size="compact-xs" onClick={() => setChanges({})}>
            As in the run
          </Button>
          <Button variant="default" size="compact-xs" onClick={() => setChanges(null)}>
            Close
          </Button>
        </Group>
      </Group>
      {replay && <Settings replay={replay} changes={changes} onChange={setChanges} />}
      <Text size="sm" role="status">
        {error ? error.message : replay ? inSentences(replay, actual?.detected_steps) : "…"}
      </Text>
    </Stack>
  );
}

/** What was moved, also while the server has not answered yet. */
const given = (changes: PlateauChanges) =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value != null)) as Partial<PlateauSettings>;

/** Where the settings that were tried can go on: to a launch, or into a policy. */
function Save({ run, settings }: { run: Run; settings: PlateauSettings }) {
  const chosen = inAddress(settings);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" size="compact-xs">
          Save…
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to={`/runs/new?from=${run.id}&${chosen}`}>
          Launch with these settings
        </Menu.Item>
        <Menu.Item component={Link} to={`/policies?${chosen}`}>
          Make them a policy's condition
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Which metric H watches; an absolute margin is in the unit of the run's own one, so that stays. */
function Criterion({ run, replay: { settings }, changes, onChange }: SettingsProps & { run: Run }) {
  const { hasSuccess } = useMetric(run.suite);
  if (!hasSuccess || settings.margin_mode !== "fraction") return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label="Criterion"
      value={changes.metric ?? settings.metric}
      onChange={(metric) => onChange({ ...changes, metric: metric as "return" | "success" })}
      data={[
        { value: "return", label: "H on mean return" },
        { value: "success", label: "H on success rate" },
      ]}
    />
  );
}

interface SettingsProps {
  replay: Replay;
  changes: PlateauChanges;
  onChange: (changes: PlateauChanges) => void;
}

function Settings({ replay: { settings, epochs, steps, total_steps }, changes, onChange }: SettingsProps) {
  const chosen = {
    window: changes.window ?? settings.window,
    margin: changes.margin ?? settings.margin,
    metric: settings.metric,
    sigma: changes.sigma ?? settings.sigma,
    confidence: changes.confidence ?? settings.confidence,
  };
  const fraction = settings.margin_mode === "fraction";
  const share = epochs ? (chosen.window * steps) / epochs / total_steps : 0;
  const change = (part: PlateauChanges) => onChange({ ...changes, ...part });
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
      <Choice
        title={`Window: ${many(chosen.window, "epoch")}, ${percent(share)} of the run`}
        value={chosen.window}
        range={[2, Math.max(3, epochs), 1]}
        onChange={(window) => change({ window })}
      />
      <Choice
        title={
          fraction
            ? `Margin: ${percent(chosen.margin)} of the range so far`
            : `Margin: ${decimal(chosen.margin)} of ${chosen.metric}`
        }
        value={chosen.margin}
        range={fraction ? [0, 1, 0.01] : [0, 3 * settings.margin || 1, settings.margin / 50 || 0.02]}
        onChange={(margin) => change({ margin })}
      />
      <Choice
        title={`Smoothing: ${chosen.sigma} epochs`}
        value={chosen.sigma}
        range={[0, Math.max(10, Math.round(epochs / 10)), 0.5]}
        onChange={(sigma) => change({ sigma })}
      />
      <Choice
        title={`Confidence: ${percent(chosen.confidence)}`}
        value={chosen.confidence}
        range={[0.5, 0.99, 0.01]}
        onChange={(confidence) => change({ confidence })}
      />
    </SimpleGrid>
  );
}

interface ChoiceProps {
  title: string;
  value: number;
  /** Least, most and step. */
  range: [number, number, number];
  onChange: (value: number) => void;
}

function Choice({ title, value, range: [min, max, step], onChange }: ChoiceProps) {
  return (
    <div>
      <Text size="xs" c="dimmed" className="tabular">
        {title}
      </Text>
      <Slider
        size="sm"
        label={null}
        thumbLabel={title}
        min={min}
        max={max}
        step={step}
        value={Math.min(max, value)}
        onChange={onChange}
      />
    </div>
  );
}
