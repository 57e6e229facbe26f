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
              <DifferencesTable
                differences={differences}
                ours={`Run ${run.id}`}
                theirs={`Run ${other}`}
                label={`Differences from run ${other}`}
              />
            )
          }
        </Loaded>
      )}
    </div>
  );
}

interface DifferencesProps {
  differences: ProvenanceDifference[];
  ours: string;
  theirs: string;
  label: string;
}

/** What two runs, or groups, are made with, side by side. */
export function DifferencesTable({ differences, ours, theirs, label }: DifferencesProps) {
  return (
    <Table fz="sm" layout="fixed" aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>What differs</Table.Th>
          <Table.Th style={{ overflowWrap: "anywhere" }}>{ours}</Table.Th>
          <Table.Th style={{ overflowWrap: "anywhere" }}>{theirs}</Table.Th>
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
