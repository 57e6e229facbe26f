import { Button, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EVENTS, useDeleteWebhook, useTestWebhook, type Webhook, webhooksQuery } from "../../api/webhooks";
import { Confirm } from "../../components/Confirm";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { When } from "../../components/When";
import { many } from "../../format/numbers";
import { NewWebhook } from "./NewWebhook";

/** Chats and programs that are told what happens. */
export function Webhooks() {
  const query = useQuery(webhooksQuery);
  const [adding, setAdding] = useState(false);
  return (
    <Panel
      title="Webhooks"
      text="Chats and programs that are told when a run needs approval, ends or fails, or a worker is lost."
      actions={
        <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
          Add
        </Button>
      }
    >
      <Loaded query={query} rows={1}>
        {(webhooks) =>
          webhooks.length === 0 ? (
            <Text size="sm" c="dimmed">
              Nobody is told yet.
            </Text>
          ) : (
            <Stack gap="sm">
              {webhooks.map((webhook) => (
                <Row key={webhook.id} webhook={webhook} />
              ))}
            </Stack>
          )
        }
      </Loaded>
      {adding && <NewWebhook onClose={() => setAdding(false)} />}
    </Panel>
  );
}

function Row({ webhook }: { webhook: Webhook }) {
  const test = useTestWebhook();
  const remove = useDeleteWebhook();
  const [deleting, setDeleting] = useState(false);
  return (
    <Group justify="space-between" gap="xs" align="flex-start" component="section" aria-label={webhook.target}>
      <div style={{ flex: "1 1 240px", minWidth: 0, overflowWrap: "anywhere" }}>
        <Text size="sm" fw={500}>
          {webhook.target}
        </Text>
        <Text size="xs" c="dimmed">
          {webhook.events.map((event) => EVENTS[event]).join(", ")} · {webhook.format === "slack" ? "Slack" : "JSON"}
          {webhook.approval_links && " · with links that decide"}
        </Text>
        <State webhook={webhook} />
      </div>
      <Group gap="xs">
        <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate(webhook.id)}>
          Test
        </Button>
        <Button size="xs" variant="default" c="red" onClick={() => setDeleting(true)}>
          Delete
        </Button>
      </Group>
      <Confirm
        opened={deleting}
        title="Delete this webhook?"
        text="Messages that it has not received are dropped."
        confirm="Delete"
        keep="Keep it"
        onConfirm={() => remove.mutate(webhook.id, { onSettled: () => setDeleting(false) })}
        onClose={() => setDeleting(false)}
      />
    </Group>
  );
}

function State({ webhook }: { webhook: Webhook }) {
  return (
    <>
      <Text size="xs" c="dimmed" component="div">
        {webhook.delivered_at ? (
          <>
            Last delivery <When at={webhook.delivered_at} />
          </>
        ) : (
          "No delivery yet"
        )}
        {webhook.waiting > 0 && `, ${many(webhook.waiting, "message")} waiting`}
      </Text>
      {webhook.error && (
        <Text size="xs" c="orange">
          {webhook.error}
        </Text>
      )}
    </>
  );
}
