import { Anchor, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { served } from "../api/address";
import { hasEnded } from "../api/types";
import { useCancelVideo, type Video } from "../api/videos";

const TOLD: Record<string, { color: string; text: string }> = {
  queued: { color: "gray", text: "queued" },
  lost: { color: "gray", text: "queued again" },
  paused: { color: "gray", text: "waits" },
  running: { color: "blue", text: "being made" },
  failed: { color: "red", text: "failed" },
  cancelled: { color: "gray", text: "cancelled" },
  succeeded: { color: "green", text: "made" },
};

interface Props {
  runId: number;
  title: string;
  video?: Video;
  /** Asks for it, or tries it again; without it, the reader may not. */
  ask?: () => void;
}

/** A video that is not made: that nobody has asked for it, what it waits for, or why it failed. */
export function VideoState({ runId, title, video, ask }: Props) {
  const cancel = useCancelVideo(runId);
  const told = video && TOLD[video.status];
  const waits = video !== undefined && !hasEnded(video.status);
  return (
    <Stack gap={4} data-testid="video-state" data-status={video?.status ?? "none"}>
      <Group gap="xs">
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Badge color={told?.color ?? "gray"} variant="light" tt="none">
          {told?.text ?? "not made yet"}
        </Badge>
        {ask && !waits && (
          <Button size="compact-xs" variant="default" onClick={ask}>
            {video ? "Try again" : "Make"}
          </Button>
        )}
        {ask && waits && (
          <Button
            size="compact-xs"
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate(video.id)}
          >
            Cancel
          </Button>
        )}
      </Group>
      <Why video={video} />
    </Stack>
  );
}

function Why({ video }: { video?: Video }) {
  const error = video?.error?.trim().split("\n").pop();
  if (error && video?.status === "failed")
    return (
      <Text size="xs" c="red" style={{ overflowWrap: "anywhere" }}>
        {error}{" "}
        <Anchor href={served(`/api/v1/jobs/${video.job_id}/log`)} inherit>
          Log
        </Anchor>
      </Text>
    );
  if (!video?.activity) return null;
  return (
    <Text size="xs" c="dimmed">
      {video.activity}
    </Text>
  );
}
