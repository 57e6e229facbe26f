import { ActionIcon, Group, SimpleGrid, Slider, Stack, Text } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { contentOf, type Trace, traceQuery, type Video } from "../api/videos";
import { pictures, placeOf } from "./steps";
import { Thoughts } from "./Thoughts";
import { useInStep } from "./useInStep";

interface Props {
  videos: Video[];
  titleOf: (video: Video) => string;
}

/** Videos side by side, played and sought by one control, each with its return and the policy's thoughts below. */
export function Players({ videos, titleOf }: Props) {
  const traces = useQueries({ queries: videos.map((video) => traceQuery(video.trace_id)) });
  const ready = videos.flatMap((video, at) => {
    const trace = traces[at]?.data;
    return trace ? [{ video, trace }] : [];
  });
  if (!ready.length) return null;
  return <InStep key={ready.map(({ video }) => video.id).join()} shown={ready} titleOf={titleOf} />;
}

interface ShownProps {
  shown: { video: Video; trace: Trace }[];
  titleOf: (video: Video) => string;
}

function InStep({ shown, titleOf }: ShownProps) {
  const told = JSON.stringify(shown.map(({ trace }) => pictures(trace)));
  const lengths = useMemo((): number[] => JSON.parse(told), [told]);
  const { playing, picture, last, toggle, seek, register } = useInStep(lengths, shown[0]?.trace.frame_rate ?? 1);
  return (
    <Stack gap="sm" data-testid="players">
      <SimpleGrid cols={{ base: 1, xs: Math.min(2, shown.length), md: Math.min(3, shown.length) }} spacing="md">
        {shown.map(({ video, trace }, index) => {
          const place = placeOf(trace, picture);
          return (
            <Stack key={video.id} gap={6} component="figure" m={0}>
              <Text component="figcaption" size="sm" fw={600}>
                {titleOf(video)}
              </Text>
              <video
                ref={register(index)}
                src={video.file_id === null ? undefined : contentOf(video.file_id)}
                aria-label={`${titleOf(video)} on ${video.name}`}
                muted
                playsInline
                preload="auto"
                style={{ width: "100%", borderRadius: 6, background: "#000", display: "block" }}
              />
              {place && <Thoughts place={place} />}
            </Stack>
          );
        })}
      </SimpleGrid>
      <Group wrap="nowrap" gap="sm">
        <ActionIcon size="lg" variant="light" onClick={toggle} aria-label={playing ? "Pause" : "Play"}>
          {playing ? <IconPlayerPause size={18} /> : <IconPlayerPlay size={18} />}
        </ActionIcon>
        <Slider
          style={{ flex: 1 }}
          min={0}
          max={Math.max(1, last)}
          value={picture}
          onChange={seek}
          label={(at) => `picture ${at}`}
          thumbLabel="Picture"
        />
      </Group>
    </Stack>
  );
}
