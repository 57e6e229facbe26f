import { Table, Text } from "@mantine/core";
import type { PairComparison } from "../../api/types";
import { percent } from "../../format/numbers";
import { verdict, withInterval } from "./intervals";

interface Props {
  pairs: PairComparison[];
  confidence: number;
  /** What is compared. */
  noun?: string;
}

/** Each pair of arms, or groups, seed by seed. */
export function PairsTable({ pairs, confidence, noun = "Arm" }: Props) {
  if (pairs.length === 0) return null;
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table fz="sm" aria-label={`Pairs of ${noun.toLowerCase()}s`} verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{noun}</Table.Th>
            <Table.Th>Against</Table.Th>
            <Table.Th>Pairs</Table.Th>
            <Table.Th>Paired difference ({percent(confidence)} interval)</Table.Th>
            <Table.Th>Probability of improvement</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tabular">
          {pairs.map((pair) => (
            <Table.Tr key={`${pair.ours}:${pair.theirs}`}>
              <Table.Th scope="row" miw={110} style={{ overflowWrap: "break-word" }}>
                {pair.ours}
              </Table.Th>
              <Table.Td>{pair.theirs}</Table.Td>
              <Table.Td>{pair.pairs}</Table.Td>
              <Table.Td c={COLOR[verdict(pair.difference)]}>{withInterval(pair.difference)}</Table.Td>
              <Table.Td>
                {pair.probability_of_improvement === null ? (
                  <Text size="sm" c="dimmed">
                    {pair.reason}
                  </Text>
                ) : (
                  withInterval(pair.probability_of_improvement, percent)
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const COLOR = { better: "green", worse: "red", open: undefined };
