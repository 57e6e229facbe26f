import {
  Alert,
  Button,
  Checkbox,
  Code,
  CopyButton,
  Group,
  Modal,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { EVENTS, useCreateWebhook, type WebhookCreate, type WebhookEvent } from "../../api/webhooks";

const ALL = Object.keys(EVENTS) as WebhookEvent[];

/** Asks where and what to tell; then shows the secret, once. */
export function NewWebhook({ onClose }: { onClose: () => void }) {
  const [body, setBody] = useState<WebhookCreate>({ url: "", events: ALL, format: "slack", approval_links: false });
  const create = useCreateWebhook();
  const change = (part: Partial<WebhookCreate>) => setBody((old) => ({ ...old, ...part }));
  const send = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ ...body, url: body.url.trim() });
  };
  return (
    <Modal opened onClose={onClose} title="Add a webhook" centered>
      {create.data ? (
        <Secret secret={create.data.secret} onClose={onClose} />
      ) : (
        <form onSubmit={send}>
          <Stack gap="sm">
            <TextInput
              label="URL"
              description="Where messages are posted. It is not shown again."
              placeholder="https://hooks.slack.com/services/…"
              required
              maxLength={2000}
              data-autofocus
              value={body.url}
              onChange={(event) => change({ url: event.currentTarget.value })}
            />
            <SegmentedControl
              aria-label="Format"
              data={[
                { value: "slack", label: "Text, for Slack or Mattermost" },
                { value: "json", label: "JSON" },
              ]}
              value={body.format}
              onChange={(format) => change({ format })}
            />
            <Checkbox.Group
              label="Tell it when"
              value={body.events}
              onChange={(events) => change({ events: events as WebhookEvent[] })}
            >
              <Stack gap={6} mt={6}>
                {ALL.map((event) => (
                  <Checkbox key={event} value={event} label={EVENTS[event]} />
                ))}
              </Stack>
            </Checkbox.Group>
            {body.events?.includes("approval.needed") && (
              <Checkbox
                label="With a link that decides"
                description="Everyone who reads the messages may then approve or reject, once and without an account."
                checked={body.approval_links}
                onChange={(event) => change({ approval_links: event.currentTarget.checked })}
              />
            )}
            {create.isError && <Alert color="red">{create.error.message}</Alert>}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" disabled={!body.url.trim() || body.events?.length === 0} loading={create.isPending}>
                Add
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Stack gap="sm">
      <Text size="sm">
        Messages are signed with this secret, so that a program can check them. Copy it now: it is not shown again.
        Slack does not need it.
      </Text>
      <Code block style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
        {secret}
      </Code>
      <Group justify="flex-end" gap="xs">
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}
