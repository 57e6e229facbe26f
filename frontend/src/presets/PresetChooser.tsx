import { Badge, Box, CloseButton, Group, Radio, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Preset } from "../api/types";
import { many } from "../format/numbers";
import classes from "./PresetChooser.module.css";
import { findPresets, groupNames } from "./presets";

interface Props {
  presets: Preset[];
  chosen: string | undefined;
  onChoose: (name: string) => void;
}

/** All presets in groups, found by words. Enter takes the first that is found. */
export function PresetChooser({ presets, chosen, onChoose }: Props) {
  const [search, setSearch] = useState("");
  const [group, setGroup] = useState<string | null>(null);
  const names = useMemo(() => groupNames(presets), [presets]);
  const groups = findPresets(presets, search, names.length > 1 ? group : null);
  const found = groups.flatMap((one) => one.presets);
  const tabbed = (found.find((preset) => preset.name === chosen) ?? found[0])?.name; // arrows lead to the others
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = list.current; // an address may name a preset far down: it is shown, and the page stays where it is
    const card = place?.querySelector<HTMLElement>("[data-checked]");
    if (place && card) place.scrollTop = card.offsetTop - TITLE_HEIGHT;
  }, []);
  const enter = (event: React.KeyboardEvent) => {
    if (event.key === "Enter" && found[0]) onChoose(found[0].name);
  };
  return (
    <Radio.Group
      label="Preset"
      description="A tested configuration. You can change every setting below."
      value={chosen ?? ""}
      onChange={onChoose}
    >
      <Group gap="xs" my="xs">
        <TextInput
          aria-label="Search presets"
          placeholder={`Search ${many(presets.length, "preset")}: game, task, learner`}
          leftSection={<IconSearch size={16} />}
          rightSection={search && <CloseButton size="sm" aria-label="Clear search" onClick={() => setSearch("")} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={enter}
          style={{ flex: "2 1 220px" }}
        />
        {names.length > 1 && (
          <Select
            aria-label="Preset group"
            placeholder="All groups"
            data={names}
            value={group}
            onChange={setGroup}
            clearable
            style={{ flex: "1 1 160px" }}
          />
        )}
      </Group>
      <div className={classes.list} ref={list} data-testid="presets">
        {groups.map(({ title, presets: members }) => (
          <section key={title} aria-label={title}>
            {names.length > 1 && (
              <Text className={classes.title} size="xs" fw={600} c="dimmed">
                {title} ({members.length})
              </Text>
            )}
            <Box className={classes.group}>
              {members.map((preset) => (
                <PresetCard key={preset.name} preset={preset} tabIndex={preset.name === tabbed ? 0 : -1} />
              ))}
            </Box>
          </section>
        ))}
        {found.length === 0 && (
          <Stack p="md" align="center">
            <Text size="sm" c="dimmed">
              No matching presets. Search for a game, a task, a suite or a learner.
            </Text>
          </Stack>
        )}
      </div>
    </Radio.Group>
  );
}

const TITLE_HEIGHT = 40; // CSS pixels of a group's title, which stays on top

interface CardProps {
  preset: Preset;
  tabIndex: number;
}

function PresetCard({ preset, tabIndex }: CardProps) {
  return (
    <Radio.Card
      value={preset.name}
      p="xs"
      h="100%"
      aria-label={preset.title}
      className={classes.card}
      tabIndex={tabIndex}
    >
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <Radio.Indicator mt={3} />
        <div style={{ minWidth: 0 }}>
          <Group gap={6}>
            <Text fw={600} size="sm">
              {preset.title}
            </Text>
            {!preset.runnable && (
              <Badge size="xs" color="yellow" variant="light" tt="none">
                no live worker can run it
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed">
            {preset.description}
          </Text>
        </div>
      </Group>
    </Radio.Card>
  );
}
