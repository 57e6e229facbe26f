import { Anchor, Badge, Card, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { DryRun, DryRunGate } from "../../api/policies";
import { type Column, DataTable } from "../../components/DataTable";
import { When } from "../../components/When";
import { count, many } from "../../format/numbers";

/** What a policy would have decided at past gates, and what that would have cost. */
export function DryRunResult({ tried }: { tried: DryRun }) {
  return (
    <Stack gap="xs" data-testid="dry-run">
      <Text size="sm">
        It would have opened {tried.opened} of {many(tried.gates.length, "gate")}, for {count(tried.steps)} steps of
        specialists. People rejected {tried.against} of them.
        {tried.unreadable > 0 && ` ${many(tried.unreadable, "gate")} cannot be read on this server.`}
        {tried.left_out > 0 &&
          ` ${many(tried.left_out, "older gate")} ${tried.left_out === 1 ? "was" : "were"} not tried: their curves are too long to be judged at once.`}
      </Text>
      {tried.gates.length > 0 && (
        <Card withBorder p={0}>
          <DataTable
            label="Past gates"
            columns={COLUMNS}
            rows={[...tried.gates]}
            rowKey={(gate) => gate.gate_id}
            minWidth={720}
            paging={{ size: 10, noun: "gate" }}
          />
        </Card>
      )}
    </Stack>
  );
}

const COLUMNS: Column<DryRunGate>[] = [
  {
    id: "run",
    title: "Run",
    cell: (gate) => (
      <Anchor component={Link} to={`/runs/${gate.run_id}?tab=gate`} size="sm">
        {gate.run_name}
      </Anchor>
    ),
    td: { style: { overflowWrap: "anywhere" } },
  },
  { id: "at", title: "Opened", cell: (gate) => <When at={gate.at} dimmed /> },
  {
    id: "would",
    title: "It would",
    cell: (gate) => (
      <Badge color={gate.opens ? "green" : "gray"} variant="light">
        {gate.opens ? "open it" : "ask"}
      </Badge>
    ),
  },
  { id: "steps", title: "Steps", cell: (gate) => count(gate.steps), sortBy: (gate) => gate.steps },
  {
    id: "became",
    title: "What happened",
    cell: (gate) => (gate.decided_by ? `${gate.status} by ${gate.decided_by}` : gate.status),
  },
  { id: "reasons", title: "Because", cell: (gate) => gate.reasons.join("; ") },
];
