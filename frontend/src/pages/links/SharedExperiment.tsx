import { Card, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { experimentQuery } from "../../api/experiments";
import { useFresh } from "../../api/links";
import type { Experiment } from "../../api/types";
import { Loaded } from "../../components/Loaded";
import { useTitle } from "../../components/PageTitle";
import { When } from "../../components/When";
import { many } from "../../format/numbers";
import { Comparison } from "../experiment/Comparison";
import { ExperimentFigures } from "../experiment/ExperimentFigures";

export function SharedExperiment({ id }: { id: number }) {
  const query = useQuery(experimentQuery(id));
  useFresh(true);
  return <Loaded query={query}>{(experiment) => <Shown experiment={experiment} />}</Loaded>;
}

function Shown({ experiment }: { experiment: Experiment }) {
  useTitle(experiment.name);
  return (
    <Stack gap="md">
      <Card withBorder>
        <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
          {experiment.name}
        </Title>
        <Text size="sm" c="dimmed" component="div">
          {many(experiment.runs, "run")} · created <When at={experiment.created_at} />
        </Text>
        {experiment.description && (
          <Text size="sm" mt="xs" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            {experiment.description}
          </Text>
        )}
      </Card>
      <Comparison id={experiment.id} />
      <ExperimentFigures id={experiment.id} />
    </Stack>
  );
}
