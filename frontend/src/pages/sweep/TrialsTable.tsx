import { Anchor, Badge, Table, Text } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { link } from "../../api/address";
import type { Sweep, Trial } from "../../api/sweeps";
import { Panel } from "../../components/Panel";
import { count } from "../../format/numbers";
import { byValue, valueText } from "./space";

const COLOUR: Record<Trial["state"], string> = { running: "blue", complete: "green", pruned: "orange", failed: "red" };

/** What each trial tried, and what came of it. */
export function TrialsTable({ sweep }: { sweep: Sweep }) {
  const [best, setBest] = useState(false);
  const paths = Object.keys(sweep.settings.space);
  const trials = best ? byValue(sweep.trials) : sweep.trials;
  return (
    <Panel
      title="Trials"
      text="Each is a run on a tuning seed. The steps of pruned trials count."
      actions={
        <Anchor component="button" type="button" size="sm" onClick={() => setBest(!best)}>
          {best ? "in the order of launching" : "best first"}
        </Anchor>
      }
    >
      <Table.ScrollContainer minWidth={560 + 130 * paths.length} scrollAreaProps={{ tabIndex: 0 }}>
        <Table fz="sm" aria-label="Trials" verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              {["Trial", "State", ...paths, "Value", "Steps", "Seed", "Run"].map((heading) => (
                <Table.Th key={heading}>{heading}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody className="tabular">
            {trials.map((trial) => (
              <Table.Tr key={trial.number} data-testid="trial" data-state={trial.state}>
                <Table.Th scope="row">
                  {trial.number}
                  {trial.number === sweep.best && " (best)"}
                </Table.Th>
                <Table.Td maw={260}>
                  <Badge size="sm" variant="light" color={COLOUR[trial.state]} tt="none" miw="max-content">
                    {trial.state}
                  </Badge>
                  {trial.reason && (
                    <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                      {trial.reason}
                    </Text>
                  )}
                </Table.Td>
                {paths.map((path) => (
                  <Table.Td key={path}>{valueText(trial.params[path])}</Table.Td>
                ))}
                <Table.Td>{valueText(trial.value)}</Table.Td>
                <Table.Td>{count(trial.steps)}</Table.Td>
                <Table.Td>{trial.seed}</Table.Td>
                <Table.Td>
                  <RunLink id={trial.run_id} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function RunLink({ id }: { id: number | null }) {
  if (id === null) return <>–</>;
  if (link) return <>{id}</>;
  return (
    <Anchor component={Link} to={`/runs/${id}`} size="sm">
      run {id}
    </Anchor>
  );
}
