import { Button, Card, Group, Pagination, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAccount } from "../../api/accounts";
import { binQuery, usePurge, useRestore } from "../../api/bin";
import { PAGE_SIZE } from "../../api/queries";
import type { BinItem } from "../../api/types";
import { Confirm } from "../../components/Confirm";
import { type Column, DataTable } from "../../components/DataTable";
import { EmptyState } from "../../components/EmptyState";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { When } from "../../components/When";
import { many } from "../../format/numbers";

/** What was deleted: to be restored, or to be gone for good. */
export function BinPage() {
  useTitle("Bin");
  const [page, setPage] = useState(1);
  const query = useQuery(binQuery((page - 1) * PAGE_SIZE));
  return (
    <>
      <PageTitle title="Bin" text="What was deleted is kept here for 30 days, with all its files." />
      <Loaded query={query}>
        {({ items, total }) => (
          <>
            <Card withBorder p={items.length > 0 ? 0 : undefined}>
              {items.length > 0 ? (
                <DataTable label="Bin" columns={COLUMNS} rows={items} rowKey={keyOf} minWidth={680} />
              ) : (
                <EmptyState
                  icon={IconTrash}
                  title="The bin is empty"
                  text="Deleted runs and experiments appear here."
                />
              )}
            </Card>
            {total > PAGE_SIZE && (
              <Pagination mt="md" size="sm" total={Math.ceil(total / PAGE_SIZE)} value={page} onChange={setPage} />
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

/** Numbers of runs and experiments overlap. */
const keyOf = ({ kind, id }: BinItem) => (kind === "run" ? 2 * id : 2 * id + 1);

const COLUMNS: Column<BinItem>[] = [
  { id: "name", title: "Name", cell: (item) => <Name item={item} /> },
  { id: "owner", title: "Owner", cell: (item) => item.owner },
  {
    id: "deleted",
    title: "Deleted",
    cell: (item) => (
      <>
        <When at={item.deleted_at} /> by {item.deleted_by}
      </>
    ),
  },
  { id: "gone", title: "Gone on", cell: (item) => item.gone_at.slice(0, 10) },
  { id: "do", title: "", cell: (item) => <Actions item={item} /> },
];

function Name({ item }: { item: BinItem }) {
  const what = item.kind === "run" ? `Run ${item.id}` : `Experiment ${item.id}, ${many(item.runs, "run")}`;
  return (
    <>
      <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
        {item.name}
      </Text>
      <Text size="xs" c="dimmed">
        {what}
        {item.project_name && ` · ${item.project_name}`}
      </Text>
    </>
  );
}

function Actions({ item }: { item: BinItem }) {
  const restore = useRestore();
  const purge = usePurge();
  const account = useAccount();
  const [asking, setAsking] = useState(false);
  const admin = account?.role === "admin";
  if (!admin && item.owner !== account?.name) return null;
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Restore ${item.name}`}
        loading={restore.isPending}
        onClick={() => restore.mutate(item)}
      >
        Restore
      </Button>
      {admin && (
        <Button
          size="compact-sm"
          variant="default"
          c="red"
          aria-label={`Delete for good: ${item.name}`}
          onClick={() => setAsking(true)}
        >
          Delete for good
        </Button>
      )}
      <Confirm
        opened={asking}
        title={`Delete ${item.name} for good?`}
        text="Its results, figures, checkpoints and logs are deleted for everyone. This cannot be undone."
        confirm="Delete for good"
        keep="Keep it in the bin"
        onConfirm={() => purge.mutate(item, { onSettled: () => setAsking(false) })}
        onClose={() => setAsking(false)}
      />
    </Group>
  );
}
