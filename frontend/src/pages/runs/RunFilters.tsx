import { CloseButton, Group, Pill, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type RunsFilter, suitesQuery } from "../../api/queries";
import { OwnerChoice } from "../../components/OwnerChoice";
import { ProjectChoice } from "../../components/ProjectChoice";
import { STATUS_LABEL } from "../../theme";
import type { FilterName } from "./useRunFilters";

interface Props {
  filter: RunsFilter;
  onChange: (name: FilterName, value: string | null) => void;
}

const STATUSES = Object.entries(STATUS_LABEL).map(([value, label]) => ({ value, label }));

export function RunFilters({ filter, onChange }: Props) {
  const suites = useQuery(suitesQuery).data ?? [];
  return (
    <Group gap="xs" mb="sm" role="search" aria-label="Find runs">
      <Search value={filter.q ?? ""} onChange={(value) => onChange("search", value)} />
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
      {filter.tag && (
        <Pill size="lg" withRemoveButton onRemove={() => onChange("tag", null)}>
          tag: {filter.tag}
        </Pill>
      )}
    </Group>
  );
}

function Search({ value, onChange }: { value: string; onChange: (value: string | null) => void }) {
  const [text, setText] = useState(value);
  const notify = useDebouncedCallback(onChange, 300);
  useEffect(() => setText(value), [value]);
  const change = (next: string) => {
    setText(next);
    notify(next);
  };
  return (
    <TextInput
      aria-label="Search runs"
      placeholder="Search name, tag, notes"
      leftSection={<IconSearch size={16} />}
      rightSection={text ? <CloseButton size="sm" aria-label="Clear search" onClick={() => change("")} /> : null}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      w={{ base: "100%", sm: 280 }}
    />
  );
}
