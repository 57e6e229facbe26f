import { Anchor, Table, Text, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { link } from "../../api/address";
import type { ArmComparison } from "../../api/types";
import { count, estimate, percent } from "../../format/numbers";
import { withInterval } from "./intervals";

interface Props {
  arms: ArmComparison[];
  confidence: number;
  /** What the rows are. */
  noun?: string;
  /** The same rows on training and on held-out variations, whose means then have a column each. */
  both?: { training: ArmComparison[]; heldOut: ArmComparison[] };
  action?: (arm: ArmComparison) => ReactNode;
}

/** Each arm, or group, over its seeds, as in the tables of papers. */
export function ArmsTable({ arms, confidence, noun = "Arm", both, action }: Props) {
  return (
    <Table.ScrollContainer minWidth={both ? 760 : 640}>
      <Table fz="sm" aria-label={`${noun}s`} verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{noun}</Table.Th>
            <Table.Th>Seeds</Table.Th>
            {both ? (
              <>
                <Table.Th>Training (mean ± std)</Table.Th>
                <Table.Th>Held-out (mean ± std)</Table.Th>
              </>
            ) : (
              <Table.Th>Mean ± std</Table.Th>
            )}
            <Table.Th>IQM ({percent(confidence)} interval)</Table.Th>
            <Table.Th>Steps spent</Table.Th>
            <Table.Th>Excluded</Table.Th>
            {action && (
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tabular">
          {arms.map((arm, place) => (
            <Table.Tr key={arm.arm_name}>
              <Table.Th scope="row" miw={110} style={{ overflowWrap: "break-word" }}>
                {arm.arm_name}
              </Table.Th>
              <Table.Td>{arm.seeds}</Table.Td>
              {both ? (
                <>
                  <Table.Td>{spread(both.training[place])}</Table.Td>
                  <Table.Td>{spread(both.heldOut[place])}</Table.Td>
                </>
              ) : (
                <Table.Td>{spread(arm)}</Table.Td>
              )}
              <Table.Td>{withInterval(arm.iqm)}</Table.Td>
              <Table.Td>{count(arm.spent_steps)}</Table.Td>
              <Table.Td>
                <NotCounted arm={arm} />
              </Table.Td>
              {action && <Table.Td>{action(arm)}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function spread(arm: ArmComparison | undefined): string {
  if (!arm) return "–";
  return estimate(arm.mean) + (arm.std === null ? "" : ` ± ${estimate(arm.std)}`);
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
