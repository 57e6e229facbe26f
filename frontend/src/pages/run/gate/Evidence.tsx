import { Grid, List, ScrollArea, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Gate, GateVariation, Run } from "../../../api/types";
import { Facts, Mark } from "../../../components/Facts";
import { Panel } from "../../../components/Panel";
import { count, decimal, percent, sentence } from "../../../format/numbers";
import { Figure } from "../../../plot/Figure";
import { MetricChoice, useMetric } from "../figures/MetricChoice";
import { caution, inWords } from "../overview/Plateaus";
import { EvidenceBars } from "./EvidenceBars";
import { OutlookBadge } from "./OutlookBadge";

/** What was known when the gate opened; later results do not change it. */
export function Evidence({ gate, chosen }: { gate: Gate; chosen: Set<number> }) {
  return (
    <Panel title="Why the gate opened" text="The evidence as it was at that time.">
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, sm: 6 }}>
          <Stack gap="sm">
            <Reasons gate={gate} />
            <EvidenceBars variations={gate.evidence.variations} chosen={chosen} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 6 }}>
          <EvidenceTable variations={gate.evidence.variations} chosen={chosen} />
        </Grid.Col>
      </Grid>
    </Panel>
  );
}

/** Why it opened, in words and numbers. */
function Reasons({ gate }: { gate: Gate }) {
  const { evidence } = gate;
  const success = evidence.success_rate === null ? [] : [["Success", percent(evidence.success_rate)] as const];
  return (
    <>
      <Text size="sm" fw={600}>
        {sentence(evidence.why)}
      </Text>
      {evidence.plateau && (
        <Text size="sm" c="dimmed">
          {inWords(evidence.plateau)}
        </Text>
      )}
      {evidence.plateau && (
        <Text size="sm" c="orange">
          {caution(evidence.plateau, evidence.spent_steps + evidence.left_steps)}
        </Text>
      )}
      <Facts
        facts={[
          ["Mean return of the evaluation", decimal(evidence.mean_return)],
          ...success,
          ["Steps spent", count(evidence.spent_steps)],
          ["Steps left", count(evidence.left_steps)],
          ...(evidence.rounds ? [["Rounds", `${evidence.rounds} of ${evidence.rounds_asked}`] as const] : []),
        ]}
      />
      <Mark text={evidence.mark} />
      {gate.policy && <PolicySaid policy={gate.policy} />}
    </>
  );
}

interface AtAGlanceProps {
  run: Run;
  gate: Gate;
  chosen: Set<number>;
  /** What belongs below the histogram. */
  children?: ReactNode;
}

/** The same beside the decision: the curve with its plateau, the frozen histogram, and the reasons in words. */
export function EvidenceAtAGlance({ run, gate, chosen, children }: AtAGlanceProps) {
  const { evidence } = gate;
  const { metric } = useMetric(run.suite);
  return (
    <Panel title="Evidence" actions={<MetricChoice suite={run.suite} />}>
      <Stack gap={6}>
        <Text size="sm">{sentence(evidence.why)}.</Text>
        <Figure runId={run.id} name="learning_curve" label="Learning curve" choice={{ metric }} fixedHeight={200} />
        <EvidenceBars variations={evidence.variations} chosen={chosen} height={76} />
        {children}
        <Facts
          facts={[
            ["Mean return", decimal(evidence.mean_return)],
            ...(evidence.success_rate === null ? [] : [["Success", percent(evidence.success_rate)] as const]),
            ["Steps left", count(evidence.left_steps)],
            ...(evidence.rounds ? [["Rounds", `${evidence.rounds} of ${evidence.rounds_asked}`] as const] : []),
          ]}
        />
        <Mark text={evidence.mark} />
        {evidence.plateau && (
          <Text size="xs" c="orange">
            {caution(evidence.plateau, evidence.spent_steps + evidence.left_steps)}
          </Text>
        )}
        {evidence.plateau && (
          <Text size="xs" c="dimmed">
            {inWords(evidence.plateau)}
          </Text>
        )}
        {gate.policy && <PolicySaid policy={gate.policy} />}
      </Stack>
    </Panel>
  );
}

/** All variations with their bounds, as they were evaluated. */
export function EvaluatedVariations({ gate, chosen }: { gate: Gate; chosen: Set<number> }) {
  return (
    <Panel title="All variations" text="As they were evaluated, in the order in which they are selected.">
      <EvidenceTable variations={gate.evidence.variations} chosen={chosen} />
    </Panel>
  );
}

/** The run's learning curve, with the plateaus. */
export function GateCurve({ run }: { run: Run }) {
  const { metric } = useMetric(run.suite);
  return (
    <Panel
      title="Learning curve"
      text="The bars mark where plateaus were detected."
      actions={<MetricChoice suite={run.suite} />}
    >
      <Figure runId={run.id} name="learning_curve" label="Learning curve" choice={{ metric }} />
    </Panel>
  );
}

/** What the run's policy found, condition by condition. */
function PolicySaid({ policy: { policy, version, opens, waits, reasons } }: { policy: NonNullable<Gate["policy"]> }) {
  return (
    <div data-testid="policy-said">
      <Text size="sm" fw={600}>
        Policy {policy}
        {version && `, version ${version}`}:{" "}
        {opens ? "opens the gate" : waits ? "opens the gate in its hours" : "asks a person"}
      </Text>
      <List size="sm">
        {reasons.map((reason) => (
          <List.Item key={reason}>{reason}</List.Item>
        ))}
      </List>
    </div>
  );
}

function EvidenceTable({ variations, chosen }: { variations: GateVariation[]; chosen: Set<number> }) {
  const hasSuccess = variations.some((item) => item.success_rate !== null);
  const bounded = variations.some((item) => item.upper_bound !== null);
  const known = variations.some((item) => item.outlook !== null);
  return (
    <ScrollArea.Autosize mah={330}>
      <Table fz="sm" stickyHeader aria-label="Fresh evaluation, candidates for specialists first">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Variation</Table.Th>
            <Table.Th>Mean return</Table.Th>
            <Table.Th>{bounded ? "Upper bound" : "Lower bound"}</Table.Th>
            {known && <Table.Th>Training so far</Table.Th>}
            {hasSuccess && <Table.Th>Success</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tabular">
          {variations.map((item) => (
            <Table.Tr key={item.variation} fw={chosen.has(item.variation) ? 600 : undefined}>
              <Table.Td c={chosen.has(item.variation) ? "orange" : undefined}>{item.name}</Table.Td>
              <Table.Td>{decimal(item.mean_return)}</Table.Td>
              <Table.Td>{decimal(item.upper_bound ?? item.lower_bound)}</Table.Td>
              {known && (
                <Table.Td>
                  <OutlookBadge outlook={item.outlook} />
                </Table.Td>
              )}
              {hasSuccess && <Table.Td>{percent(item.success_rate)}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
