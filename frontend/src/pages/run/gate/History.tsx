import { ActionIcon, Button, Group, List, Stack, Text, Textarea } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useAccount } from "../../../api/accounts";
import { link } from "../../../api/address";
import { commentsQuery, type GateComment, useComment, useDeleteComment } from "../../../api/gates";
import { gatesQuery } from "../../../api/queries";
import type { Gate, Run } from "../../../api/types";
import { Panel } from "../../../components/Panel";
import { When } from "../../../components/When";
import { sentence } from "../../../format/numbers";

const ACTIONS = {
  approve: "Specialists approved",
  continue: "Rejected: training continued",
  stop: "Rejected: the run was stopped",
};

/** What was decided, or the status of a gate that is open. */
export const actionLabel = (gate: Gate): string => (gate.action ? ACTIONS[gate.action] : sentence(gate.status));

/** Who decided: a person, a policy, or the deadline. */
export const deciderOf = ({ decided_by }: Gate): string =>
  decided_by === "deadline" ? "its deadline" : (decided_by ?? "unknown");

const MOST_CHARACTERS = 4000;

/** What was decided at the gates of a run, by whom and why, and what people say about them, oldest first. */
export function History({ run, gate }: { run: Run; gate: Gate }) {
  const gates = useQuery(gatesQuery(run.id)).data ?? [gate];
  const comments = useQuery(commentsQuery(run.id)).data ?? [];
  return (
    <Panel title="Decisions and comments">
      <Stack gap="sm" component="ol" m={0} p={0} style={{ listStyle: "none" }} aria-label="Decisions and comments">
        {gates.flatMap((one) => entriesOf(one, comments, gates.length > 1))}
      </Stack>
      {!link && <NewComment runId={run.id} gateId={gate.id} />}
    </Panel>
  );
}

/** Of one gate, in the order of time. */
function entriesOf(gate: Gate, comments: GateComment[], several: boolean): ReactNode[] {
  const name = several ? `Gate ${gate.id} opened` : "The gate opened";
  const entries: { at: string; key: string; entry: ReactNode }[] = [
    {
      at: gate.created_at,
      key: `opened-${gate.id}`,
      entry: <Entry who={name} at={gate.created_at} text={`${sentence(gate.evidence.why)}.`} />,
    },
    ...comments
      .filter((one) => one.gate_id === gate.id)
      .map((one) => ({
        at: one.created_at,
        key: `comment-${one.id}`,
        entry: <Comment runId={gate.run_id} comment={one} />,
      })),
  ];
  if (gate.decided_at) entries.push({ at: gate.decided_at, key: `decided-${gate.id}`, entry: <Decided gate={gate} /> });
  entries.sort((one, other) => one.at.localeCompare(other.at));
  return entries.map(({ key, entry }) => <li key={key}>{entry}</li>);
}

interface EntryProps {
  who: string;
  at: string;
  text: string;
  action?: ReactNode;
  children?: ReactNode;
}

function Entry({ who, at, text, action, children }: EntryProps) {
  return (
    <>
      <Group gap={6} justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          <Text span size="xs" fw={600} c="var(--mantine-color-text)">
            {who}
          </Text>{" "}
          · <When at={at} />
        </Text>
        {action}
      </Group>
      {text && (
        <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {text}
        </Text>
      )}
      {children}
    </>
  );
}

/** Who decided what, why, and what of the proposal was changed before. */
function Decided({ gate }: { gate: Gate }) {
  const who = gate.mode === "auto" ? "Automatic" : sentence(deciderOf(gate));
  return (
    <Entry who={`${actionLabel(gate)} · ${who}`} at={gate.decided_at ?? ""} text={gate.reason}>
      {gate.edits.length > 0 && (
        <List size="sm" aria-label="Changes of the proposal">
          {gate.edits.map((edit) => (
            <List.Item key={edit}>{sentence(edit)}</List.Item>
          ))}
        </List>
      )}
    </Entry>
  );
}

function Comment({ runId, comment }: { runId: number; comment: GateComment }) {
  const mine = useAccount()?.name === comment.author;
  const remove = useDeleteComment(runId);
  const button = (
    <ActionIcon
      size="xs"
      variant="subtle"
      color="gray"
      aria-label="Delete your comment"
      loading={remove.isPending}
      onClick={() => remove.mutate(comment.id)}
    >
      <IconTrash size={14} />
    </ActionIcon>
  );
  return <Entry who={comment.author} at={comment.created_at} text={comment.text} action={mine && button} />;
}

function NewComment({ runId, gateId }: { runId: number; gateId: number }) {
  const [text, setText] = useState("");
  const send = useComment(runId, gateId);
  return (
    <Group mt="sm" gap="xs" align="flex-end">
      <Textarea
        style={{ flex: "1 1 220px" }}
        label="Comment"
        description="Plain text, for everyone who sees the run."
        autosize
        minRows={1}
        maxRows={8}
        maxLength={MOST_CHARACTERS}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button
        size="sm"
        variant="default"
        disabled={!text.trim()}
        loading={send.isPending}
        onClick={() => send.mutate(text, { onSuccess: () => setText("") })}
      >
        Send
      </Button>
    </Group>
  );
}
