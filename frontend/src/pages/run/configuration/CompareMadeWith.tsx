import { NumberInput, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { provenanceDifferencesQuery } from "../../../api/queries";
import type { ProvenanceDifference, Run } from "../../../api/types";
import { Loaded } from "../../../components/Loaded";
import { sentence } from "../../../format/numbers";

/** In what another run differs, of what both are made with. */
export function CompareMadeWith({ run }: { run: Run }) {
  const [other, setOther] = useState(0);
  const query = useQuery(provenanceDifferencesQuery(run.id, other));
  return (
    <div>
      <NumberInput
        label="Compare with run"
        placeholder="Number of the other run"
        size="xs"
        w={200}
        mb="xs"
        min={1}
        allowDecimal={false}
        onChange={(value) => setOther(Number(value) || 0)}
      />
      {other > 0 && (
        <Loaded query={query} rows={1}>
          {(differences) =>
            differences.length === 0 ? (
              <Text size="sm">Run {other} is made with exactly the same.</Text>
            ) : (
              <Differences differences={differences} run={run.id} other={other} />
            )
          }
        </Loaded>
      )}
    </div>
  );
}

function Differences({ differences, run, other }: { differences: ProvenanceDifference[]; run: number; other: number }) {
  return (
    <Table fz="sm" layout="fixed" aria-label={`Differences from run ${other}`}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>What differs</Table.Th>
          <Table.Th>Run {run}</Table.Th>
          <Table.Th>Run {other}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody style={{ overflowWrap: "anywhere" }}>
        {differences.map(({ what, ours, theirs }) => (
          <Table.Tr key={what}>
            <Table.Td>{sentence(what)}</Table.Td>
            <Table.Td>{ours.join(", ") || "–"}</Table.Td>
            <Table.Td>{theirs.join(", ") || "–"}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
