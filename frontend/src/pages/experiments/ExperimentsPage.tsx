import { Anchor, Button, Card, Group, SimpleGrid, Text } from "@mantine/core";
import { IconFlask, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { experimentsQuery } from "../../api/experiments";
import { useMayChange } from "../../api/projects";
import type { Experiment } from "../../api/types";
import { EmptyState } from "../../components/EmptyState";
import { Loaded } from "../../components/Loaded";
import { OwnerChoice } from "../../components/OwnerChoice";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { ProjectChoice } from "../../components/ProjectChoice";
import { When } from "../../components/When";
import { many, sentence } from "../../format/numbers";
import { useAddress } from "../../routing/useAddress";
import { NewExperiment } from "./NewExperiment";

export function ExperimentsPage() {
  useTitle("Experiments");
  const [owner, setOwner] = useState<string>();
  const { params, change } = useAddress();
  const project = Number(params.get("project")) || undefined;
  const query = useQuery(experimentsQuery(owner, project));
  const mayChange = useMayChange();
  const [creating, setCreating] = useState(false);
  const begin = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
      New experiment
    </Button>
  );
  return (
    <>
      <PageTitle title="Experiments" text="Compare arms over the same seeds.">
        <Group gap="xs">
          <OwnerChoice label="Whose experiments" owner={owner} onChange={(name) => setOwner(name ?? undefined)} />
          <ProjectChoice
            aria-label="Project"
            project={project}
            onChange={(id) => change({ project: id === null ? null : String(id) })}
          />
          {mayChange && (
            <Button component={Link} to="/sweeps/new" variant="default">
              New sweep
            </Button>
          )}
          {mayChange && begin}
        </Group>
      </PageTitle>
      <Loaded query={query} rows={6}>
        {({ items }) =>
          items.length === 0 && !owner && !project ? <NoExperiments /> : <ExperimentCards experiments={items} />
        }
      </Loaded>
      <NewExperiment opened={creating} onClose={() => setCreating(false)} />
    </>
  );
}

function ExperimentCards({ experiments }: { experiments: Experiment[] }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} component="section" aria-label="Experiments">
      {experiments.map((experiment) => (
        <Card key={experiment.id} withBorder>
          <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
            <Anchor
              component={Link}
              to={`/experiments/${experiment.id}`}
              fw={600}
              style={{ overflowWrap: "anywhere", minWidth: 0 }}
            >
              {experiment.name}
            </Anchor>
            <Text size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
              {experiment.sweep && "sweep · "}
              {experiment.results_of && "results · "}
              {many(experiment.runs, "run")}
            </Text>
          </Group>
          {experiment.description && (
            <Text size="sm" mt={4} lineClamp={3} style={{ overflowWrap: "anywhere" }}>
              {experiment.description}
            </Text>
          )}
          {experiment.activity && (
            <Text size="sm" mt="xs" className="tabular">
              {sentence(experiment.activity)}.
            </Text>
          )}
          <Text size="xs" c="dimmed" mt="xs">
            created <When at={experiment.created_at} />
            {experiment.owner && ` by ${experiment.owner}`}
            {experiment.project_name && ` in ${experiment.project_name}`}
          </Text>
        </Card>
      ))}
    </SimpleGrid>
  );
}

function NoExperiments() {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconFlask}
        title="No experiments yet"
        text="An experiment launches several arms with the same seeds and compares them with confidence intervals, for example GSL with the plain generalist, or one guide with another."
      />
    </Card>
  );
}
