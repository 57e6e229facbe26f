import { Anchor, Table } from "@mantine/core";
import { Link } from "react-router";
import type { Run } from "../../../api/types";
import { StatusBadge } from "../../../components/Badges";
import { Panel } from "../../../components/Panel";
import { count, decimal } from "../../../format/numbers";

type Script = NonNullable<Run["script"]>;

/** The specialists that the run's own script trains, each in a run of its own. */
export function SpecialistRuns({ script }: { script: Script }) {
  return (
    <Panel title="Specialists" text="The run's script trains each as a run of its own, to which its steps belong.">
      <Table.ScrollContainer minWidth={480}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Specialist</Table.Th>
              <Table.Th>Status</Table.Th>
              <Table.Th ta="right">Steps</Table.Th>
              <Table.Th ta="right">Mean return</Table.Th>
              <Table.Th ta="right">Score</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {script.specialists.map((one) => (
              <Row key={one.run_id} specialist={one} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function Row({ specialist: one }: { specialist: Script["specialists"][number] }) {
  return (
    <Table.Tr className="tabular">
      <Table.Td>
        {one.number}:{" "}
        <Anchor component={Link} to={`/runs/${one.run_id}`} size="sm" underline="always">
          run {one.run_id}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <StatusBadge status={one.status} />
      </Table.Td>
      <Table.Td ta="right">
        {count(one.spent_steps)} of {count(one.total_steps)}
      </Table.Td>
      <Table.Td ta="right">{decimal(one.mean_return)}</Table.Td>
      <Table.Td ta="right">{decimal(one.score)}</Table.Td>
    </Table.Tr>
  );
}
