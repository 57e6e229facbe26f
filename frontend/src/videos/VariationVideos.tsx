import { Alert, Button, Group, MultiSelect, Stack, Switch, Text } from "@mantine/core";
import { IconMovieOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMayChange } from "../api/projects";
import { jobsQuery } from "../api/queries";
import { type CheckpointChoice, useAskForVideos, videoChoicesQuery, videosQuery } from "../api/videos";
import { Loaded } from "../components/Loaded";
import { many } from "../format/numbers";
import { askFor, isOf, usualChoices } from "./choices";
import { Players } from "./Players";
import { VideoState } from "./VideoState";

const MOST_SIDE_BY_SIDE = 6;

interface Props {
  runId: number;
  variation: number;
}

/** Policies of a run on one variation, side by side and in step; asks for the videos that there are not yet. */
export function VariationVideos({ runId, variation }: Props) {
  const choices = useQuery(videoChoicesQuery(runId));
  const jobs = useQuery(jobsQuery(runId)).data ?? [];
  return (
    <Loaded query={choices}>
      {({ checkpoints, refusal }) => (
        <Stack gap="sm">
          <Refusal text={refusal ?? null} />
          {checkpoints.length ? (
            <SideBySide
              key={variation}
              runId={runId}
              variation={variation}
              checkpoints={checkpoints}
              usual={usualChoices(checkpoints, jobs, variation)}
              possible={!refusal}
            />
          ) : refusal ? null : (
            <Text c="dimmed">No policy is stored yet: the first checkpoint comes within a minute of training.</Text>
          )}
        </Stack>
      )}
    </Loaded>
  );
}

export function Refusal({ text }: { text: string | null }) {
  if (!text) return null;
  return (
    <Alert color="yellow" icon={<IconMovieOff />} title="No video can be made now">
      {text}
    </Alert>
  );
}

interface SideProps extends Props {
  checkpoints: CheckpointChoice[];
  usual: number[];
  possible: boolean;
}

function SideBySide({ runId, variation, checkpoints, usual, possible }: SideProps) {
  const [chosen, setChosen] = useState<number[] | null>(null);
  const [sampled, setSampled] = useState(false);
  const known = useQuery(videosQuery(runId, { variation })).data?.items ?? [];
  const ask = useAskForVideos(runId);
  const mayAsk = useMayChange() && possible;
  const policies = (chosen ?? usual).flatMap((id) => checkpoints.find((one) => one.id === id) ?? []);
  const rows = policies.map((policy) => {
    const asked = askFor(policy, variation, sampled);
    return { policy, asked, video: known.find((video) => isOf(video, asked, policy.sha256)) };
  });
  const missing = rows.filter(({ video }) => !video);
  const made = rows.flatMap(({ video }) => (video?.status === "succeeded" ? [video] : []));
  const titles = new Map(policies.map((policy) => [policy.sha256, policy.title]));
  return (
    <Stack gap="md">
      <Group align="flex-end" gap="sm">
        <MultiSelect
          label="Policies"
          style={{ flex: "1 1 260px" }}
          data={checkpoints.map((one) => ({ value: String(one.id), label: one.title }))}
          value={policies.map((one) => String(one.id))}
          onChange={(values) => setChosen(values.map(Number))}
          maxValues={MOST_SIDE_BY_SIDE}
          searchable
        />
        <Switch
          label="Sample actions"
          checked={sampled}
          onChange={(event) => setSampled(event.currentTarget.checked)}
          mb={8}
        />
        {mayAsk && missing.length > 0 && (
          <Button loading={ask.isPending} onClick={() => ask.mutate(missing.map(({ asked }) => asked))}>
            Make {many(missing.length, "video")}
          </Button>
        )}
      </Group>
      <Players videos={made} titleOf={(video) => titles.get(video.checkpoint_sha256) ?? video.checkpoint_job} />
      {rows.map(({ policy, asked, video }) =>
        video?.status === "succeeded" ? null : (
          <VideoState
            key={policy.id}
            runId={runId}
            title={policy.title}
            video={video}
            ask={mayAsk ? () => ask.mutate([asked]) : undefined}
          />
        ),
      )}
    </Stack>
  );
}
