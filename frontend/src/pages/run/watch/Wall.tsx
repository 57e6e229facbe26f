import { Button, Group, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMayChange } from "../../../api/projects";
import { latestReturnsQuery } from "../../../api/queries";
import type { Run, VariationReturn } from "../../../api/types";
import { type CheckpointChoice, contentOf, useAskForVideos, type Video, videosQuery } from "../../../api/videos";
import { Panel } from "../../../components/Panel";
import { decimal, many, percent } from "../../../format/numbers";
import { askFor, isOf, newestPolicy, worst } from "../../../videos/choices";
import { VideoState } from "../../../videos/VideoState";

const SHOWN = 12;

interface Props {
  run: Run;
  checkpoints: CheckpointChoice[];
  possible: boolean;
  open: (variation: number) => void;
}

/** One policy on the variations that it is worst at, as the latest evaluation found, or else training. */
export function Wall({ run, checkpoints, possible, open }: Props) {
  const evaluated = useQuery(latestReturnsQuery(run.id, "evaluation")).data?.items ?? [];
  const trained = useQuery(latestReturnsQuery(run.id, "training")).data?.items ?? [];
  const [chosen, setChosen] = useState<number | null>(null);
  const policy = checkpoints.find((one) => one.id === chosen) ?? newestPolicy(checkpoints);
  const shown = worst(evaluated.length ? evaluated : trained, SHOWN);
  if (!policy || !shown.length) return null;
  return (
    <Panel
      title={`The ${many(shown.length, "variation")} with the lowest ${shown[0]?.success_rate === null ? "returns" : "success"}`}
      text={`As measured by the latest ${evaluated.length ? "evaluation" : "training episodes"}.`}
    >
      <Stack gap="md">
        <Cards run={run} policy={policy} shown={shown} possible={possible} open={open}>
          <Select
            label="Policy"
            style={{ flex: "1 1 240px", maxWidth: 420 }}
            data={checkpoints.map((one) => ({ value: String(one.id), label: one.title }))}
            value={String(policy.id)}
            onChange={(value) => setChosen(Number(value))}
            allowDeselect={false}
            searchable
          />
        </Cards>
      </Stack>
    </Panel>
  );
}

interface CardsProps {
  run: Run;
  policy: CheckpointChoice;
  shown: VariationReturn[];
  possible: boolean;
  open: (variation: number) => void;
  children: React.ReactNode;
}

function Cards({ run, policy, shown, possible, open, children }: CardsProps) {
  const known = useQuery(videosQuery(run.id, { checkpoint_sha256: policy.sha256 })).data?.items ?? [];
  const ask = useAskForVideos(run.id);
  const mayAsk = useMayChange() && possible;
  const rows = shown.map((measured) => {
    const asked = askFor(policy, measured.variation);
    return { measured, asked, video: known.find((video) => isOf(video, asked, policy.sha256)) };
  });
  const missing = rows.filter(({ video }) => !video);
  return (
    <>
      <Group align="flex-end" gap="sm">
        {children}
        {mayAsk && missing.length > 0 && (
          <Button loading={ask.isPending} onClick={() => ask.mutate(missing.map(({ asked }) => asked))}>
            Make {many(missing.length, "video")}
          </Button>
        )}
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="md">
        {rows.map(({ measured, asked, video }) => (
          <WallCard
            key={measured.variation}
            runId={run.id}
            measured={measured}
            video={video}
            ask={mayAsk ? () => ask.mutate([asked]) : undefined}
            open={() => open(measured.variation)}
          />
        ))}
      </SimpleGrid>
    </>
  );
}

interface WallCardProps {
  runId: number;
  measured: VariationReturn;
  video?: Video;
  ask?: () => void;
  open: () => void;
}

function WallCard({ runId, measured, video, ask, open }: WallCardProps) {
  const file = video?.status === "succeeded" ? video.file_id : null;
  const told = measured.success_rate === null ? "" : `${percent(measured.success_rate)} success, `;
  return (
    <Stack gap={4}>
      {file === null || file === undefined ? (
        <VideoState runId={runId} title={measured.name} video={video} ask={ask} />
      ) : (
        <>
          <video
            src={contentOf(file)}
            aria-label={measured.name}
            muted
            controls
            playsInline
            preload="metadata"
            style={{ width: "100%", borderRadius: 6, background: "#000", display: "block" }}
          />
          <Button variant="subtle" size="compact-sm" onClick={open}>
            {measured.name}
          </Button>
        </>
      )}
      <Text size="xs" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
        {told}return {decimal(measured.mean_return)}
      </Text>
    </Stack>
  );
}
