import { Alert, Stack, Text } from "@mantine/core";
import { IconCheck, IconRepeat } from "@tabler/icons-react";
import { useEffect } from "react";
import type { Gate, Run } from "../../../api/types";
import { Facts } from "../../../components/Facts";
import { Panel } from "../../../components/Panel";
import { When } from "../../../components/When";
import { label } from "../../../form/label";
import { count, sentence } from "../../../format/numbers";
import { Evidence, GateCurve } from "./Evidence";
import { actionLabel, deciderOf, History } from "./History";
import { Split } from "./Split";
import { dropDraft } from "./useDraft";

/** Whole epochs: less than the steps, of which some are kept for each specialist's last evaluation. */
function trainedEach(gate: Gate): string {
  const trained = gate.plan.map((each) => each.training_steps);
  const [least, most] = [Math.min(...trained), Math.max(...trained)];
  return least === most ? `at most ${count(most)}` : `at most ${count(least)} to ${count(most)}`;
}

/** The record of a decision: who, when, why, and what was approved. Nothing can be changed. */
export function DecidedGate({ run, gate }: { run: Run; gate: Gate }) {
  useEffect(() => dropDraft(gate), [gate]);
  const approved = gate.status === "approved";
  const split = approved ? (gate.decision ?? gate.proposal) : null;
  return (
    <Stack gap="md" data-testid="decided-gate">
      <Alert
        color={approved ? "green" : "gray"}
        icon={approved ? <IconCheck /> : <IconRepeat />}
        title={actionLabel(gate)}
      >
        <Text size="sm">
          {gate.mode === "auto" ? "Decided automatically" : `By ${deciderOf(gate)}`}
          {gate.decided_at && (
            <>
              {", "}
              <When at={gate.decided_at} />
            </>
          )}
          {gate.reason && `: ${gate.reason}`}
        </Text>
      </Alert>
      {split && (
        <Panel
          title="Approved specialists"
          text={gate.edits.length > 0 ? `${sentence(gate.edits.join("; "))}.` : "Approved as proposed."}
        >
          <Stack gap="md">
            <Facts
              facts={[
                ["Specialists", String(split.partition.length)],
                ["Steps each", count(split.specialist_steps)],
                ...(gate.plan[0] ? [["Training steps each", trainedEach(gate)] as const] : []),
                ["Start", label(split.start)],
              ]}
            />
            <Split partition={split.partition} variations={gate.evidence.variations} />
          </Stack>
        </Panel>
      )}
      <History run={run} gate={gate} />
      <Evidence gate={gate} chosen={new Set((split ?? gate.proposal).partition.flat())} />
      <GateCurve run={run} />
    </Stack>
  );
}
