import { Button, Menu, Text } from "@mantine/core";
import { IconBookmark } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAccount } from "../api/accounts";
import { plateauDefaultsQuery, useDeletePlateauDefault, useStorePlateauDefault } from "../api/kept";
import type { PlateauSettings } from "../api/types";
import { KeepByName, ownership } from "../components/KeepByName";
import { plateauInWords } from "./plateau";

interface Props {
  /** Those that would be kept. */
  settings: PlateauSettings;
  project: number | undefined;
  size?: "xs" | "compact-xs";
  onChoose: (settings: PlateauSettings) => void;
}

/** Chooses settings of criterion H that were kept by name, one's own or shared, and keeps the present ones. */
export function PlateauDefaults({ settings, project, size = "xs", onChoose }: Props) {
  const defaults = useQuery(plateauDefaultsQuery).data ?? [];
  const me = useAccount()?.name;
  const store = useStorePlateauDefault();
  const remove = useDeletePlateauDefault();
  const [keeping, setKeeping] = useState(false);
  return (
    <>
      <Menu position="bottom-end" width={300} withinPortal>
        <Menu.Target>
          <Button size={size} variant="default" leftSection={<IconBookmark size={14} />}>
            Defaults
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah={400} style={{ overflowY: "auto" }}>
          {defaults.map((one) => (
            <Menu.Item key={one.id} onClick={() => onChoose(one.settings)}>
              <Text size="sm" truncate>
                {one.name}
              </Text>
              <Text size="xs" c="dimmed">
                {ownership(one, me)} · {plateauInWords(one.settings)}
              </Text>
            </Menu.Item>
          ))}
          {defaults.length > 0 && <Menu.Divider />}
          <Menu.Item onClick={() => setKeeping(true)}>Keep these settings…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <KeepByName
        opened={keeping}
        onClose={() => setKeeping(false)}
        title="Keep these settings as a default"
        what="default"
        kept={defaults}
        project={project}
        busy={store.isPending}
        onKeep={(as) => store.mutate({ ...as, settings }, { onSuccess: () => setKeeping(false) })}
        onDelete={remove.mutate}
      />
    </>
  );
}
