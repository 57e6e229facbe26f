import { Anchor, Box, Breadcrumbs, Button, Card, Group, Text } from "@mantine/core";
import { IconPlayerPlay, IconScale } from "@tabler/icons-react";
import { Link } from "react-router";
import { useUpdateExperiment } from "../../api/mutations";
import type { Experiment } from "../../api/types";
import { EditableName } from "../../components/EditableName";
import { EditableProject } from "../../components/EditableProject";
import { ExportMenu } from "../../components/ExportMenu";
import { Share } from "../../components/Share";
import { When } from "../../components/When";
import { many, sentence } from "../../format/numbers";
import { DeleteExperiment } from "./DeleteExperiment";

export function ExperimentHeader({ experiment }: { experiment: Experiment }) {
  const update = useUpdateExperiment(experiment.id);
  return (
    <Card withBorder>
      <Breadcrumbs separatorMargin={6} mb={4} fz="sm">
        <Anchor component={Link} to="/experiments" size="sm">
          Experiments
        </Anchor>
        <Text size="sm" c="dimmed">
          Experiment {experiment.id}
        </Text>
      </Breadcrumbs>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box style={{ flex: "1 1 240px" }}>
          <EditableName of="experiment" name={experiment.name} onSave={(name) => update.mutate({ name })} />
        </Box>
        <Group gap="xs">
          {experiment.runs > 0 && (
            <Button
              component={Link}
              to={`/compare?experiments=${experiment.id}`}
              size="xs"
              variant="default"
              leftSection={<IconScale size={14} />}
            >
              Compare with…
            </Button>
          )}
          <Share what={{ kind: "experiment", id: experiment.id }} />
          {experiment.runs > 0 && <ExportMenu of={`experiments/${experiment.id}`} />}
          <DeleteExperiment experiment={experiment} />
          {!experiment.sweep && (
            <Button
              component={Link}
              to={`/experiments/${experiment.id}/launch`}
              size="xs"
              leftSection={<IconPlayerPlay size={14} />}
            >
              Launch arms and seeds
            </Button>
          )}
        </Group>
      </Group>
      {experiment.activity && (
        <Text size="sm" mt={4} className="tabular" data-testid="activity">
          {sentence(experiment.activity)}.
        </Text>
      )}
      <Text size="sm" c="dimmed" mt={4} component="div">
        {many(experiment.runs, "run")} · created <When at={experiment.created_at} />{" "}
        <EditableProject of={experiment} onSave={(project_id) => update.mutate({ project_id })} />
      </Text>
      {experiment.sweep && (
        <Text size="sm" mt={4}>
          A sweep: its runs are trials on tuning seeds. They choose settings and are no results.
        </Text>
      )}
      {experiment.results_of && (
        <Text size="sm" mt={4}>
          Results on seeds of their own, with the settings that{" "}
          <Anchor component={Link} to={`/experiments/${experiment.results_of}`} size="sm">
            sweep {experiment.results_of}
          </Anchor>{" "}
          chose.
        </Text>
      )}
      {experiment.description && (
        <Text size="sm" mt="xs" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {experiment.description}
        </Text>
      )}
    </Card>
  );
}
