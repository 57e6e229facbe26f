import { Anchor, Box, Group, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { served } from "../../../api/address";
import type { Job } from "../../../api/types";
import { Loaded } from "../../../components/Loaded";
import classes from "./LogViewer.module.css";
import { logQuery } from "./log-query";

/** What the trainer wrote; follows its end while the job runs. */
export function LogViewer({ job }: { job: Job }) {
  const query = useQuery({ ...logQuery(job.id), refetchInterval: job.status === "running" ? 2000 : false });
  const [follow, setFollow] = useState(true);
  return (
    <Box>
      <Group justify="space-between" mb="xs">
        <Switch
          size="xs"
          label="Follow the log"
          checked={follow}
          onChange={(e) => setFollow(e.currentTarget.checked)}
        />
        <Anchor size="xs" href={served(`/api/v1/jobs/${job.id}/log`)} target="_blank" rel="noreferrer">
          Plain text
        </Anchor>
      </Group>
      <Loaded query={query} rows={3}>
        {({ text }) => (text ? <Lines text={text} follow={follow} onScrollUp={() => setFollow(false)} /> : <Silent />)}
      </Loaded>
    </Box>
  );
}

function Silent() {
  return (
    <Text size="sm" c="dimmed">
      The log is empty. Lines appear as soon as a worker sends them.
    </Text>
  );
}

function Lines({ text, follow, onScrollUp }: { text: string; follow: boolean; onScrollUp: () => void }) {
  const place = useRef<HTMLPreElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text is what moves the end
  useEffect(() => {
    if (follow && place.current) place.current.scrollTop = place.current.scrollHeight;
  }, [text, follow]);
  const scrolled = () => {
    const box = place.current;
    if (follow && box && box.scrollHeight - box.scrollTop - box.clientHeight > 60) onScrollUp();
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled box must be reachable by keyboard
    <pre ref={place} className={classes.log} onScroll={scrolled} tabIndex={0} role="log" aria-label="Log">
      {text}
    </pre>
  );
}
