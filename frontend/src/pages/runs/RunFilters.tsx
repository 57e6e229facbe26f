import { Group, Pill, Select, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type RunsFilter, suitesQuery } from "../../api/queries";
import { OwnerChoice } from "../../components/OwnerChoice";
import { ProjectChoice } from "../../components/ProjectChoice";
import { STATUS_LABEL } from "../../theme";
import { QueryInput } from "./QueryInput";
import type { FilterName } from "./useRunFilters";

interface Props {
  filter: RunsFilter;
  grouped: boolean;
  /** What the server finds wrong with the query. */
  error: string | null;
  onChange: (name: FilterName, value: string | null) => void;
}

const STATUSES = Object.entries(STATUS_LABEL).map(([value, label]) => ({ value, label }));

export function RunFilters({ filter, grouped, error, onChange }: Props) {
  const suites = useQuery(suitesQuery).data ?? [];
  return (
    <Group gap="xs" mb="sm" role="search" aria-label="Find runs">
      <QueryInput value={filter.q ?? ""} error={error} onChange={(value) => onChange("search", value)} />
      <Select
        aria-label="Status"
        placeholder="Any status"
        data={STATUSES}
        value={filter.status ?? null}
        onChange={(value) => onChange("status", value)}
        clearable
        w={{ base: "calc(50% - 5px)", sm: 180 }}
      />
      <Select
        aria-label="Suite"
        placeholder="Any suite"
        data={suites.map((suite) => ({ value: suite.name, label: suite.title }))}
        value={filter.suite ?? null}
        onChange={(value) => onChange("suite", value)}
        clearable
        w={{ base: "calc(50% - 5px)", sm: 160 }}
      />
      <OwnerChoice label="Whose runs" owner={filter.owner} onChange={(value) => onChange("owner", value)} />
      <ProjectChoice
        aria-label="Project"
        project={filter.project_id}
        onChange={(id) => onChange("project", id === null ? null : String(id))}
      />
      <Switch
        label="Group by experiment"
        checked={grouped}
        onChange={(event) => onChange("group", event.currentTarget.checked ? "experiment" : null)}
      />
      {filter.tag && (
        <Pill size="lg" withRemoveButton onRemove={() => onChange("tag", null)}>
          tag: {filter.tag}
        </Pill>
      )}
    </Group>
  );
}
