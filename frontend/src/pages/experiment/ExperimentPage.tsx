import { Button, Card, Stack } from "@mantine/core";
import { IconFlask, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { experimentQuery, experimentRunsQuery } from "../../api/experiments";
import { ApiError } from "../../api/problem";
import { useMayChange } from "../../api/projects";
import type { Experiment } from "../../api/types";
import { EmptyState } from "../../components/EmptyState";
import { Loaded } from "../../components/Loaded";
import { NotFound } from "../../components/NotFound";
import { useTitle } from "../../components/PageTitle";
import { WaitingGates } from "../../components/WaitingGates";
import { NotesPanel } from "../../notes/NotesPanel";
import { SweepView } from "../sweep/SweepView";
import { Comparison } from "./Comparison";
import { ExperimentFigures } from "./ExperimentFigures";
import { ExperimentHeader } from "./ExperimentHeader";
import { RunsMatrix } from "./RunsMatrix";

export function ExperimentPage() {
  const id = Number(useParams().id);
  const query = useQuery({ ...experimentQuery(id), enabled: Number.isInteger(id) });
  if (!Number.isInteger(id) || (query.error instanceof ApiError && query.error.status === 404)) return NO_SUCH;
  return <Loaded query={query}>{(experiment) => <ExperimentView experiment={experiment} />}</Loaded>;
}

function ExperimentView({ experiment }: { experiment: Experiment }) {
  useTitle(experiment.name);
  const mayChange = useMayChange();
  const runs = useQuery(experimentRunsQuery(experiment.id));
  return (
    <Stack gap="md">
      <ExperimentHeader experiment={experiment} />
      <NotesPanel of={{ kind: "experiment", id: experiment.id }} text={experiment.notes} mayChange={mayChange} />
      <Loaded query={runs} rows={6}>
        {(list) =>
          experiment.sweep ? (
            <>
              <WaitingGates runs={list} />
              <SweepView id={experiment.id} />
            </>
          ) : list.length === 0 ? (
            <NoRuns id={experiment.id} />
          ) : (
            <>
              <WaitingGates runs={list} />
              <RunsMatrix runs={list} />
              <Comparison id={experiment.id} />
              <ExperimentFigures id={experiment.id} />
            </>
          )
        }
      </Loaded>
    </Stack>
  );
}

function NoRuns({ id }: { id: number }) {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconFlask}
        title="No runs yet"
        text="Launch several arms with the same seeds. Their scores are compared here as runs finish."
        action={
          <Button component={Link} to={`/experiments/${id}/launch`} leftSection={<IconPlayerPlay size={16} />}>
            Launch arms and seeds
          </Button>
        }
      />
    </Card>
  );
}

const NO_SUCH = (
  <NotFound
    title="Experiment not found"
    text="There is no experiment at this address."
    to="/experiments"
    link="Go to experiments"
  />
);
