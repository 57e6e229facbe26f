import { Alert, Button, Card, Container, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { IconCheck, IconPlayerStop, IconRepeat } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Approval, approvalQuery, useDecideByLink } from "../../api/links";
import { Facts } from "../../components/Facts";
import { Door, Logo } from "../../components/Shell";
import { When } from "../../components/When";
import { label } from "../../form/label";
import { count } from "../../format/numbers";
import { Deadline } from "../run/gate/Deadline";
import { Evidence } from "../run/gate/Evidence";
import { actionLabel } from "../run/gate/History";
import { Split } from "../run/gate/Split";

/** Where a link leads that decides one gate without an account. Nothing is decided until a button is pressed. */
export function ApprovalPage() {
  const query = useQuery(approvalQuery);
  if (query.isError)
    return (
      <Door title="This link decides nothing">
        <Alert color="red" role="alert">
          {query.error.message}
        </Alert>
      </Door>
    );
  return query.data ? <Asked approval={query.data} /> : null;
}

function Asked({ approval }: { approval: Approval }) {
  const decide = useDecideByLink();
  const { gate } = approval;
  if (decide.data)
    return (
      <Door title={actionLabel(decide.data)}>
        <Text ta="center">
          Run {approval.run_id}, {approval.run_name}. Thank you; the link is used up.
        </Text>
      </Door>
    );
  return (
    <Container component="main" size="md" py="md">
      <Stack gap="md">
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <Logo />
          <div style={{ minWidth: 0 }}>
            <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
              {approval.run_name}
            </Title>
            <Text size="sm" c="dimmed">
              Run {approval.run_id} · {label(approval.suite)} · waits since <When at={gate.created_at} /> · link made by{" "}
              {approval.made_by}
            </Text>
          </div>
        </Group>
        <Deadline gate={gate} />
        <Decide approval={approval} decide={decide} />
        <Evidence gate={gate} chosen={new Set(gate.proposal.partition.flat())} />
      </Stack>
    </Container>
  );
}

interface DecideProps {
  approval: Approval;
  decide: ReturnType<typeof useDecideByLink>;
}

function Decide({ approval: { gate }, decide }: DecideProps) {
  const [reason, setReason] = useState("");
  const choose = (action: "approve" | "continue" | "stop") => decide.mutate({ action, reason });
  const { proposal } = gate;
  return (
    <Card withBorder component="section" aria-label="Your decision">
      <Stack gap="sm">
        <Facts
          facts={[
            ["Specialists", String(proposal.partition.length)],
            ["Steps each", count(proposal.specialist_steps)],
            ["Steps left", count(gate.evidence.left_steps)],
          ]}
        />
        <Split partition={proposal.partition} variations={gate.evidence.variations} />
        <Textarea
          label="Reason"
          description="Optional. It is kept in the run's record."
          autosize
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {decide.error && (
          <Alert color="red" role="alert">
            {decide.error.message}
          </Alert>
        )}
        <Group gap="xs">
          <Button
            color="green"
            leftSection={<IconCheck size={16} />}
            loading={decide.isPending}
            onClick={() => choose("approve")}
          >
            Approve
          </Button>
          <Button
            variant="default"
            leftSection={<IconRepeat size={16} />}
            disabled={decide.isPending || gate.evidence.continue_steps === 0}
            onClick={() => choose("continue")}
          >
            Keep training
          </Button>
          <Button
            variant="default"
            c="red"
            leftSection={<IconPlayerStop size={16} />}
            disabled={decide.isPending}
            onClick={() => choose("stop")}
          >
            Reject and stop
          </Button>
        </Group>
        <Text size="xs" c="dimmed">
          The link works once.
        </Text>
      </Stack>
    </Card>
  );
}
