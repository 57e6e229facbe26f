import { Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Chosen, groupProvenanceQuery, settingDifferencesQuery } from "../../api/comparing";
import { ApiError } from "../../api/problem";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Panel";
import { DifferencesTable } from "../run/configuration/CompareMadeWith";

/** Settings of the groups side by side, only those that differ. */
export function SettingDifferences({ chosen }: { chosen: Chosen }) {
  const query = useQuery(settingDifferencesQuery(chosen));
  return (
    <Panel title="Settings that differ" text="A group whose runs differ among themselves has several values.">
      <Loaded query={query}>
        {({ groups, settings }) =>
          settings.length === 0 ? (
            <Text size="sm">All settings are the same in every group.</Text>
          ) : (
            <Table.ScrollContainer minWidth={200 + 130 * groups.length} maxHeight={480}>
              <Table fz="sm" aria-label="Settings that differ" stickyHeader>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Setting</Table.Th>
                    {groups.map((group) => (
                      <Table.Th key={group} style={{ overflowWrap: "anywhere", minWidth: 110 }}>
                        {group}
                      </Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody className="tabular">
                  {settings.map(({ setting, values }) => (
                    <Table.Tr key={setting}>
                      <Table.Th scope="row" fw={400} style={{ overflowWrap: "anywhere" }}>
                        {setting}
                      </Table.Th>
                      {values.map((of, place) => (
                        <Table.Td key={groups[place]} style={{ overflowWrap: "anywhere" }}>
                          {of.join(" · ")}
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** In what code, packages and machines the two groups of the pair differ. */
export function CodeDifferences({ chosen, pair: [ours, theirs] }: { chosen: Chosen; pair: readonly [string, string] }) {
  const query = useQuery(groupProvenanceQuery(chosen, { ours, theirs }));
  const unrecorded = query.error instanceof ApiError && query.error.status === 409 ? query.error.message : "";
  return (
    <Panel title="Code, packages and machines" text={`In what ${ours} and ${theirs} differ.`}>
      {unrecorded ? (
        <Text size="sm">{unrecorded}</Text>
      ) : (
        <Loaded query={query}>
          {(differences) =>
            differences.length === 0 ? (
              <Text size="sm">Both are made with exactly the same.</Text>
            ) : (
              <DifferencesTable differences={differences} ours={ours} theirs={theirs} label="Code and packages" />
            )
          }
        </Loaded>
      )}
    </Panel>
  );
}
