import { Anchor, Stack, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { hasEnded, type RunSummary } from "../../api/types";
import { ContinuedBadge, StatusBadge } from "../../components/Badges";
import { Panel } from "../../components/Panel";
import { spentShare } from "../../components/PhaseBar";
import { Waiting } from "../../components/RunFacts";
import { decimal, many, percent } from "../../format/numbers";

/** Every run of the experiment where its arm and its seed meet. */
export function RunsMatrix({ runs }: { runs: RunSummary[] }) {
  const { seeds, arms } = matrixOf(runs);
  const ended = runs.filter((run) => hasEnded(run.status)).length;
  return (
    <Panel
      title="Runs"
      text={`${many(arms.length, "arm")}, ${many(seeds.length, "seed")}. ${ended} of ${many(runs.length, "run")} finished.`}
    >
      <Table.ScrollContainer minWidth={120 + seeds.length * 130}>
        <Table fz="sm" aria-label="Runs by arm and seed" verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Arm</Table.Th>
              {seeds.map((seed) => (
                <Table.Th key={seed}>Seed {seed}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {arms.map(({ name, cells }) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" miw={110} style={{ overflowWrap: "break-word" }}>
                  {name}
                </Table.Th>
                {cells.map((cell, place) => (
                  <Table.Td key={seeds[place]} style={{ verticalAlign: "top" }}>
                    {cell.length === 0 ? <Text c="dimmed">–</Text> : cell.map((run) => <Cell key={run.id} run={run} />)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function Cell({ run }: { run: RunSummary }) {
  return (
    <Stack gap={2} align="flex-start" mb={4}>
      <StatusBadge status={run.status} size="sm" />
      <ContinuedBadge run={run} size="sm" />
      <Anchor component={Link} to={`/runs/${run.id}`} size="sm" className="tabular" title={run.name}>
        {run.score === null ? `run ${run.id}` : `score ${decimal(run.score)}`}
      </Anchor>
      {run.score !== null && run.score_source && (
        <Text size="xs" c="dimmed">
          {run.score_source}
        </Text>
      )}
      {!hasEnded(run.status) && (
        <Text size="xs" c="dimmed" className="tabular">
          {percent(spentShare(run))} of steps done
        </Text>
      )}
      <Waiting run={run} />
    </Stack>
  );
}

/** The runs of an experiment by arm (rows) and seed (columns). */
export interface Matrix {
  seeds: number[];
  arms: { name: string; cells: RunSummary[][] }[];
}

/** Arms in the order in which they came, seeds in theirs; a cell holds several runs when tasks differ. */
export function matrixOf(runs: RunSummary[]): Matrix {
  const ordered = [...runs].sort((one, other) => one.id - other.id);
  const seeds = [...new Set(ordered.map((run) => run.seed))].sort((one, other) => one - other);
  const names = [...new Set(ordered.map((run) => run.arm_name))];
  return {
    seeds,
    arms: names.map((name) => ({
      name,
      cells: seeds.map((seed) => ordered.filter((run) => run.arm_name === name && run.seed === seed)),
    })),
  };
}
