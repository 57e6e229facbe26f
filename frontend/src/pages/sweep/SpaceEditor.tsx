import { ActionIcon, Autocomplete, Button, Card, Checkbox, Group, Select, SimpleGrid, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { errorsOf, type SearchedRow } from "./space";

interface Props {
  rows: SearchedRow[];
  paths: string[];
  grid: boolean;
  errors: { field: string; message: string }[];
  onChange: (rows: SearchedRow[]) => void;
}

const TYPES = [
  { value: "float", label: "range of numbers" },
  { value: "int", label: "range of whole numbers" },
  { value: "choice", label: "choices" },
];

/** The settings that are searched, each with a range or choices. */
export function SpaceEditor({ rows, paths, grid, errors, onChange }: Props) {
  const change = (next: SearchedRow) => onChange(rows.map((row) => (row.id === next.id ? next : row)));
  return (
    <>
      {rows.map((row, place) => (
        <Card key={row.id} withBorder p="sm" component="section" aria-label={`Setting ${place + 1}`}>
          <Group align="flex-start" wrap="nowrap" gap="xs">
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" style={{ flex: 1, minWidth: 0 }}>
              <Row row={row} paths={paths} grid={grid} errors={errorsOf(errors, row.path.trim())} onChange={change} />
            </SimpleGrid>
            {rows.length > 1 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove setting ${place + 1}`}
                onClick={() => onChange(rows.filter((other) => other.id !== row.id))}
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </Group>
        </Card>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} />}
        style={{ alignSelf: "flex-start" }}
        onClick={() => onChange([...rows, emptyRow(Math.max(...rows.map((row) => row.id)) + 1)])}
      >
        Add setting
      </Button>
    </>
  );
}

export const emptyRow = (id: number, path = ""): SearchedRow => ({
  id,
  path,
  type: "float",
  low: "",
  high: "",
  log: false,
  points: "",
  choices: "",
});

interface RowProps {
  row: SearchedRow;
  paths: string[];
  grid: boolean;
  errors: Record<string, string>;
  onChange: (row: SearchedRow) => void;
}

function Row({ row, paths, grid, errors, onChange }: RowProps) {
  const text = (name: "low" | "high" | "points" | "choices", label: string, description?: string) => (
    <TextInput
      label={label}
      description={description}
      value={row[name]}
      error={errors[name]}
      onChange={(event) => onChange({ ...row, [name]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <Autocomplete
        label="Setting"
        placeholder="learner.learning_rate"
        data={paths}
        limit={30}
        value={row.path}
        error={errors.path}
        onChange={(path) => onChange({ ...row, path })}
      />
      <Select
        label="Values"
        data={TYPES}
        value={row.type}
        error={errors.type}
        allowDeselect={false}
        onChange={(type) => onChange({ ...row, type: (type ?? "float") as SearchedRow["type"] })}
      />
      {row.type === "choice" ? (
        text("choices", "Choices", "Separated by commas, for example tanh, relu")
      ) : (
        <>
          {text("low", "Lowest")}
          {text("high", "Highest")}
          {grid && text("points", "Points", "How many values of the range the grid has")}
          <Checkbox
            mt="xs"
            label="logarithmic scale"
            checked={row.log}
            error={errors.log}
            onChange={(event) => onChange({ ...row, log: event.currentTarget.checked })}
          />
        </>
      )}
    </>
  );
}
