import { Checkbox, Stack, Text } from "@mantine/core";
import { type ExporterName, useChosen, useExporters } from "../api/exporters";
import { sentence } from "../format/numbers";

interface Props {
  /** Null: as the server's settings say. */
  value: ExporterName[] | null;
  error?: string;
  onChange: (names: ExporterName[]) => void;
}

/** The formats of other tools in which a run is written while it trains. One that the server cannot write says why. */
export function ExportersInput({ value, error, onChange }: Props) {
  const exporters = useExporters();
  const chosen = useChosen(value);
  return (
    <Checkbox.Group
      label="Export"
      description="Files of other tools, written on the server while the run trains."
      error={error}
      value={chosen}
      onChange={(names) => onChange(names as ExporterName[])}
    >
      <Stack gap={6} mt={6}>
        {exporters.map(({ name, title, obstacle }) => (
          <Checkbox
            key={name}
            size="sm"
            value={name}
            label={title}
            disabled={obstacle !== "" && !chosen.includes(name)}
            description={
              obstacle && (
                <Text inherit style={{ overflowWrap: "anywhere" }}>
                  {sentence(obstacle)}
                </Text>
              )
            }
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
