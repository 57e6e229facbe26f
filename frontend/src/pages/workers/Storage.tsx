import { Group, Text } from "@mantine/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "../../api/client";
import type { components } from "../../api/schema";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { bytes, many } from "../../format/numbers";

type Stored = components["schemas"]["StoragePublic"];

/** Kinds of files by their names on the page. */
const KINDS: Record<string, string> = {
  best: "Best checkpoints",
  checkpoint: "Checkpoints",
  demonstrations: "Demonstrations",
  picture: "Pictures",
};

const storageQuery = queryOptions({
  queryKey: ["storage"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/storage", { signal })),
  refetchInterval: 60_000,
});

/** What takes space on the server, and what becomes of old checkpoints. */
export function Storage() {
  const query = useQuery(storageQuery);
  return (
    <Panel title="Storage" text={query.data && policy(query.data)}>
      <Loaded query={query} rows={1}>
        {(stored) => (
          <Group gap="xl" align="flex-start">
            <Part name="Database" size={stored.database} />
            {stored.kinds.map((one) => (
              <Part key={one.kind} name={KINDS[one.kind] ?? one.kind} size={one.size} text={many(one.files, "file")} />
            ))}
          </Group>
        )}
      </Loaded>
    </Panel>
  );
}

function Part({ name, size, text }: { name: string; size: number; text?: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm" fw={500}>
        {bytes(size)}
      </Text>
      {text && (
        <Text size="xs" c="dimmed">
          {text}
        </Text>
      )}
    </div>
  );
}

function policy({ keep_checkpoints_days: days, removable_files: files, removable_size: size }: Stored): string {
  if (days === null) return "Every checkpoint is kept.";
  if (files === 0) return `Checkpoints that nobody needs are removed ${many(days, "day")} after their job has ended.`;
  return `${many(files, "checkpoint")} (${bytes(size)}) that nobody needs any more will be removed within the hour.`;
}
