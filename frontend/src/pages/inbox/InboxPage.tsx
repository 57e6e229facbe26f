import { Anchor, Badge, Button, Card, Group, Stack, Text } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { inboxQuery, type WaitingGate } from "../../api/gates";
import { EmptyState } from "../../components/EmptyState";
import { Loaded } from "../../components/Loaded";
import { PageTitle, useTitle } from "../../components/PageTitle";
import { ApproveMany } from "../../components/WaitingGates";
import { When } from "../../components/When";
import { count, many, sentence } from "../../format/numbers";
import { TimeLeft } from "../run/gate/Deadline";

/** What waits for a person, in all runs one sees. */
export function InboxPage() {
  useTitle("Inbox");
  const query = useQuery(inboxQuery);
  return (
    <>
      <PageTitle
        title="Inbox"
        text="Gates that wait for a decision, in all runs that you see; nearest deadline first."
      />
      <Loaded query={query}>
        {({ items, total }) => (
          <Stack gap="sm">
            <ApproveMany waiting={items.filter(isMine).map(approvable)} />
            {items.length === 0 ? <NothingWaits /> : <Waiting items={items} />}
            {total > items.length && (
              <Text size="sm" c="dimmed">
                {many(total - items.length, "further gate")} not shown.
              </Text>
            )}
          </Stack>
        )}
      </Loaded>
    </>
  );
}

const isMine = (gate: WaitingGate) => gate.may_decide && !gate.read_only;
const approvable = ({ run_id, run_name, why }: WaitingGate) => ({ id: run_id, name: run_name, message: why });

function Waiting({ items }: { items: WaitingGate[] }) {
  return (
    <Stack gap="sm" component="ul" aria-label="Waiting gates" m={0} p={0} style={{ listStyle: "none" }}>
      {items.map((gate) => (
        <Card key={gate.gate_id} withBorder component="li" p="sm">
          <Group justify="space-between" gap="xs" align="flex-start">
            <div style={{ flex: "1 1 260px", minWidth: 0 }}>
              <Anchor component={Link} to={`/runs/${gate.run_id}`} fw={600} style={{ overflowWrap: "anywhere" }}>
                {gate.run_name}
              </Anchor>
              <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                {sentence(gate.why)}.
              </Text>
            </div>
            <Button
              component={Link}
              to={`/runs/${gate.run_id}?tab=gate&gate=${gate.gate_id}`}
              size="xs"
              color="grape"
              aria-label={`Open the gate of ${gate.run_name}`}
            >
              Open the gate
            </Button>
          </Group>
          <Facts gate={gate} />
        </Card>
      ))}
    </Stack>
  );
}

/** What is asked, since when, of whom, and until when. */
function Facts({ gate }: { gate: WaitingGate }) {
  const each = `${count(gate.specialist_steps)} steps each`;
  const asked =
    gate.reason_asked === "specialists"
      ? `Proposes ${many(gate.specialists, "specialist")}, ${each}`
      : `Asks whether to go on with ${many(gate.specialists, "specialist")}`;
  const places = [gate.suite, gate.experiment_name, gate.project_name, gate.owner && `by ${gate.owner}`];
  return (
    <Group gap="xs" mt={6}>
      <Text size="xs" c="dimmed" className="tabular" style={{ overflowWrap: "anywhere" }}>
        {asked} · {places.filter(Boolean).join(" · ")} · opened <When at={gate.opened_at} />
      </Text>
      <TimeLeft gate={gate} />
      {gate.read_only ? (
        <Badge size="sm" color="red" variant="light" tt="none">
          cannot be read here
        </Badge>
      ) : (
        !gate.may_decide && (
          <Badge size="sm" color="gray" variant="light" tt="none">
            you may look and comment
          </Badge>
        )
      )}
    </Group>
  );
}

function NothingWaits() {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconInbox}
        title="Nothing waits for a decision"
        text="When a generalist reaches its gate and its run asks a person, it appears here, in the page's title, and in every browser at once."
      />
    </Card>
  );
}
