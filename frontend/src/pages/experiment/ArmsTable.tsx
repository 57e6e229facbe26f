import { Anchor, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { link } from "../../api/address";
import type { ArmComparison } from "../../api/types";
import { count, estimate, percent } from "../../format/numbers";
import { withInterval } from "./intervals";

interface Props {
  arms: ArmComparison[];
  confidence: number;
}

/** Each arm over its seeds, as in the tables of papers. */
export function ArmsTable({ arms, confidence }: Props) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table fz="sm" aria-label="Arms" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Arm</Table.Th>
            <Table.Th>Seeds</Table.Th>
            <Table.Th>Mean ± std</Table.Th>
            <Table.Th>IQM ({percent(confidence)} interval)</Table.Th>
            <Table.Th>Steps spent</Table.Th>
            <Table.Th>Excluded</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tabular">
          {arms.map((arm) => (
            <Table.Tr key={arm.arm_name}>
              <Table.Th scope="row" miw={110} style={{ overflowWrap: "break-word" }}>
                {arm.arm_name}
              </Table.Th>
              <Table.Td>{arm.seeds}</Table.Td>
              <Table.Td>
                {estimate(arm.mean)}
                {arm.std !== null && ` ± ${estimate(arm.std)}`}
              </Table.Td>
              <Table.Td>{withInterval(arm.iqm)}</Table.Td>
              <Table.Td>{count(arm.spent_steps)}</Table.Td>
              <Table.Td>
                <NotCounted arm={arm} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function NotCounted({ arm }: { arm: ArmComparison }) {
  const parts = [];
  if (arm.going_on > 0) parts.push(`${arm.going_on} running`);
  if (arm.cancelled > 0) parts.push(`${arm.cancelled} cancelled`);
  return (
    <>
      {arm.failed > 0 && (
        <Text span size="sm" c="red">
          {arm.failed} failed (
          {arm.failed_runs.map((id, place) => (
            <span key={id}>
              {place > 0 && ", "}
              {link ? (
                `run ${id}`
              ) : (
                <Anchor component={Link} to={`/runs/${id}`} size="sm">
                  run {id}
                </Anchor>
              )}
            </span>
          ))}
          ){parts.length > 0 && ", "}
        </Text>
      )}
      <Text span size="sm" c="dimmed">
        {parts.join(", ") || (arm.failed > 0 ? "" : "–")}
      </Text>
    </>
  );
}
