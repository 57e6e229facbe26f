import {
  Alert,
  Anchor,
  Badge,
  Breadcrumbs,
  Button,
  type ButtonProps,
  Card,
  Group,
  SimpleGrid,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { IconArrowLeft, IconArrowRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { link } from "../../api/address";
import { ApiError } from "../../api/problem";
import { runQuery, variationQuery } from "../../api/queries";
import type { Run, VariationStory } from "../../api/types";
import { Facts } from "../../components/Facts";
import { Loaded } from "../../components/Loaded";
import { NotFound } from "../../components/NotFound";
import { useTitle } from "../../components/PageTitle";
import { Panel } from "../../components/Panel";
import { decimal, percent } from "../../format/numbers";
import { VariationVideos } from "../../videos/VariationVideos";
import { RunFigures } from "../run/figures/RunFigures";
import { useVariationAddress } from "../run/variations/VariationLink";
import { Change } from "./Change";
import { Demonstrations, Evidence, Steps, Trainers } from "./parts";

/** All that a run knows of one of its variations. */
export function VariationPage() {
  const params = useParams();
  const [id, variation] = [Number(params.id), Number(params.variation)];
  const numbers = Number.isInteger(id) && Number.isInteger(variation) && variation >= 0;
  const run = useQuery({ ...runQuery(id), enabled: numbers });
  const query = useQuery({ ...variationQuery(id, variation), enabled: numbers, retry: false });
  const problem = [run.error, query.error].find((error) => error instanceof ApiError && error.status === 404);
  if (!numbers || problem)
    return (
      <NotFound
        title="Variation not found"
        text={problem?.message ?? "The address of a variation ends with its number."}
        {...(run.data ? { to: `/runs/${id}?tab=variations`, link: "Go to the run's variations" } : {})}
      />
    );
  return (
    <Loaded query={run}>
      {(run) => <Loaded query={query}>{(story) => <Shown run={run} story={story} />}</Loaded>}
    </Loaded>
  );
}

function Shown({ run, story }: { run: Run; story: VariationStory }) {
  useTitle(`${story.name} of ${run.name}`);
  return (
    <Stack gap="md">
      <Header run={run} story={story} />
      <Change changes={story.changes} heldOut={story.held_out} />
      <RunFigures run={run} tab="variation" variation={story.variation} />
      {!link && !run.read_only && (
        <Panel title="Videos" text="The run's policies at work on this variation, side by side and in step.">
          <VariationVideos runId={run.id} variation={story.variation} />
        </Panel>
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Evidence run={run} story={story} />
        <Trainers run={run} story={story} />
        <Demonstrations story={story} />
        <Steps story={story} />
      </SimpleGrid>
    </Stack>
  );
}

function Header({ run, story }: { run: Run; story: VariationStory }) {
  const rank = story.rank === null ? "not measured yet" : `rank ${story.rank} of ${story.ranked}, 1 is the lowest`;
  return (
    <Card withBorder>
      <Breadcrumbs separatorMargin={6} mb={4} fz="sm">
        {!link && (
          <Anchor component={Link} to="/runs" size="sm">
            Runs
          </Anchor>
        )}
        <Anchor component={Link} to={`/runs/${run.id}?tab=variations`} size="sm" style={{ overflowWrap: "anywhere" }}>
          {run.name}
        </Anchor>
        <Text size="sm" c="dimmed">
          Variation {story.variation}
        </Text>
      </Breadcrumbs>
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
            {story.name}
          </Title>
          <Badge variant="light" color={story.held_out ? "grape" : "blue"} tt="none">
            {story.held_out ? "held out" : "trained on"}
          </Badge>
          <Text size="sm" c="dimmed" className="tabular">
            {rank}
          </Text>
        </Group>
        <Neighbours run={run} story={story} />
      </Group>
      {story.episodes > 0 && (
        <Group mt="sm">
          <Facts
            facts={[
              ["Mean return", decimal(story.mean_return)],
              ...(story.success_rate === null ? [] : [["Success", percent(story.success_rate)] as const]),
              ["Episodes", `${story.episodes}`],
              ["Measured", story.measured],
            ]}
          />
        </Group>
      )}
      {run.read_only && (
        <Alert mt="sm" color="gray">
          {run.read_only}
        </Alert>
      )}
    </Card>
  );
}

/** The variations before and after it in the order of ranks. */
function Neighbours({ run, story }: { run: Run; story: VariationStory }) {
  return (
    <Group gap="xs">
      <Neighbour run={run} variation={story.previous} title="Lower rank" leftSection={<IconArrowLeft size={14} />} />
      <Neighbour run={run} variation={story.next} title="Higher rank" rightSection={<IconArrowRight size={14} />} />
    </Group>
  );
}

interface NeighbourProps extends ButtonProps {
  run: Run;
  variation: number | null;
  title: string;
}

function Neighbour({ run, variation, title, ...look }: NeighbourProps) {
  const address = useVariationAddress();
  if (variation === null)
    return (
      <Button size="xs" variant="default" disabled {...look}>
        {title}
      </Button>
    );
  return (
    <Button size="xs" variant="default" component={Link} to={address(run.id, variation)} {...look}>
      {title}
    </Button>
  );
}
