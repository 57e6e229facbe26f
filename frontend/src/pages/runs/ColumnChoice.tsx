import { Button, MultiSelect, Popover } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useMemo } from "react";
import type { RunField } from "../../api/types";

interface Props {
  fields: readonly RunField[];
  chosen: readonly string[];
  onChange: (names: string[]) => void;
}

const GROUPS = { run: "Facts and results", metric: "Metrics", setting: "Settings" } as const;
const MOST = 30; // that the API shows of each run

/** Chooses what the table shows behind its usual columns: any fact, metric or setting. */
export function ColumnChoice({ fields, chosen, onChange }: Props) {
  const data = useMemo(
    () =>
      (["run", "metric", "setting"] as const).map((source) => ({
        group: GROUPS[source],
        items: fields
          .filter((field) => field.source === source)
          .map((field) => ({
            value: field.name,
            label: source === "setting" ? field.name : `${field.title} (${field.name})`,
          })),
      })),
    [fields],
  );
  return (
    <Popover width={360} position="bottom-end" withArrow trapFocus>
      <Popover.Target>
        <Button size="xs" variant="default" leftSection={<IconColumns3 size={14} />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <MultiSelect
          label="Further columns"
          placeholder="Settings, metrics, facts"
          data={data}
          value={[...chosen]}
          onChange={onChange}
          searchable
          clearable
          limit={100}
          maxValues={MOST}
          hidePickedOptions
          comboboxProps={{ withinPortal: false }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
