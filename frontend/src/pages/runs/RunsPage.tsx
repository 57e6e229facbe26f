import { Alert, Box, Button, Card, Group } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconFilterOff, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError } from "../../api/problem";
import { useMayChange } from "../../api/projects";
import { type RunsFilter, waitingQuery } from "../../api/queries";
import { type Grouping, runFieldsQuery } from "../../api/run-list";
import type { RunField, RunView } from "../../api/types";
import { EmptyState } from "../../components/EmptyState";
import { FirstSteps } from "../../components/FirstRun";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { WaitingGates } from "../../components/WaitingGates";
import { many } from "../../format/numbers";
import { ColumnChoice } from "./ColumnChoice";
import { ImportRuns } from "./ImportRuns";
import { chosenFields, nextSort, queryOf } from "./listing";
import { RunCards } from "./RunCards";
import { RunFilters } from "./RunFilters";
import { RunsTable } from "./RunsTable";
import { SelectionBar } from "./SelectionBar";
import { useRunFilters } from "./useRunFilters";
import { useRunWindow, useSelection } from "./useRunWindow";
import { ViewMenu } from "./ViewMenu";

const WIDE = "(min-width: 62em)";
const NO_FIELDS: RunField[] = [];

export function RunsPage() {
  useTitle("Runs");
  const mayChange = useMayChange();
  const { filter, grouping, set, open, clear, toggle, filtered } = useRunFilters();
  const [opened, setOpened] = useState<RunView | null>(null);
  const known = useQuery(runFieldsQuery).data;
  const { fields, gone } = chosenFields(filter.columns ?? [], known ?? NO_FIELDS);
  const wide = useMediaQuery(WIDE, true, { getInitialValueInEffect: false });
  const asked = { ...filter, columns: wide && fields.length > 0 ? fields.map((field) => field.name) : undefined };
  const waiting = useQuery({ ...waitingQuery(filter), retry: false }).data?.items ?? [];
  const show = (view: RunView) => {
    setOpened(view);
    const { columns = [], sort = "", query, by_experiment } = view.content;
    const there = (names: string[]) => (known ? chosenFields(names, known).fields.map((field) => field.name) : names);
    const sorted = there([sort.replace("-", "")]).length > 0;
    open({ query, columns: there(columns), sort: sorted ? sort : "", by_experiment });
  };
  const content = {
    query: queryOf(filter),
    columns: filter.columns ?? [],
    sort: filter.sort ?? "",
    by_experiment: grouping.byExperiment,
  };
  const lost = [...(opened?.gone ?? []), ...(known ? gone.map((name) => `there is no column ${name}`) : [])];
  return (
    <RunList
      filter={asked}
      grouping={grouping}
      onToggle={toggle}
      fields={fields}
      filtered={filtered}
      wide={wide}
      onClear={clear}
      onSort={(field) => set("sort", nextSort(filter.sort, field))}
    >
      {(total, error, list) => (
        <>
          <PageTitle title="Runs" text={total === undefined ? undefined : many(total, "run")}>
            <Group gap="xs">
              <ViewMenu content={content} project={filter.project_id} onOpen={show} />
              {wide && (
                <ColumnChoice
                  fields={known ?? NO_FIELDS}
                  chosen={fields.map((field) => field.name)}
                  onChange={(names) => set("columns", names.join(","))}
                />
              )}
              {mayChange && <ImportRuns />}
            </Group>
          </PageTitle>
          <RunFilters filter={filter} grouped={grouping.byExperiment} error={error} onChange={set} />
          {lost.length > 0 && (
            <Alert
              color="orange"
              mb="md"
              title="Shown without what is gone"
              withCloseButton
              onClose={() => setOpened(null)}
            >
              {lost.join("; ")}
            </Alert>
          )}
          <Box mb="md">
            <WaitingGates runs={waiting} />
          </Box>
          {list}
        </>
      )}
    </RunList>
  );
}

interface ListProps {
  filter: RunsFilter;
  grouping: Grouping;
  onToggle: (experiment: number) => void;
  fields: RunField[];
  filtered: boolean;
  wide: boolean;
  onClear: () => void;
  onSort: (field: string) => void;
  /** The page around the list, with how many runs there are and what is wrong with the query. */
  children: (total: number | undefined, error: string | null, list: React.ReactNode) => React.ReactNode;
}

function RunList({ filter, grouping, onToggle, fields, filtered, wide, onClear, onSort, children }: ListProps) {
  const runs = useRunWindow(filter, grouping);
  const selection = useSelection();
  const mayChange = useMayChange();
  const wrong = wrongQuery(runs.query.error);
  const list = wrong ? null : (
    <div ref={runs.list}>
      <Loaded query={runs.query} rows={8}>
        {({ total }) => {
          if (total === 0) return <Card withBorder>{filtered ? <NothingFound onClear={onClear} /> : <NoRuns />}</Card>;
          const groups = { opened: grouping.opened, onToggle };
          if (!wide) return <RunCards runs={runs} groups={groups} />;
          const order = { sort: filter.sort, onSort };
          return <RunsTable runs={runs} fields={fields} groups={groups} {...order} selection={selection} />;
        }}
      </Loaded>
      {mayChange && <SelectionBar selection={selection} archived={/\barchived\s*=\s*yes\b/i.test(filter.q ?? "")} />}
    </div>
  );
  return children(wrong ? undefined : runs.page?.runs, wrong, list);
}

/** What the server finds wrong with the query itself. */
function wrongQuery(error: Error | null): string | null {
  if (!(error instanceof ApiError) || error.status !== 422) return null;
  return error.errors.find(({ field }) => field === "q")?.message ?? null;
}

function NoRuns() {
  return <EmptyState icon={IconPlayerPlay} title="No runs yet" text={<FirstSteps />} />;
}

function NothingFound({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState
      icon={IconFilterOff}
      title="No matching runs"
      text="Words are searched in names, tags and notes. Try fewer filters."
      action={
        <Button variant="default" onClick={onClear}>
          Clear all filters
        </Button>
      }
    />
  );
}
