import { Card, Select, Stack } from "@mantine/core";
import { IconGitFork } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { link } from "../../../api/address";
import { gatesQuery } from "../../../api/queries";
import type { Gate, Run } from "../../../api/types";
import { EmptyState } from "../../../components/EmptyState";
import { Loaded } from "../../../components/Loaded";
import { useAddress } from "../../../routing/useAddress";
import { useCycle } from "../CycleChoice";
import { gateToShow } from "../cycles";
import { DecidedGate } from "./DecidedGate";
import { Evidence } from "./Evidence";
import { actionLabel } from "./History";
import { OpenGate } from "./OpenGate";

export function GateTab({ run }: { run: Run }) {
  const query = useQuery(gatesQuery(run.id));
  const { params, rewrite } = useAddress();
  const { cycle } = useCycle(run);
  const choose = (id: string | null) => id && rewrite(() => new URLSearchParams({ tab: "gate", gate: id }));
  return (
    <Loaded query={query}>
      {(gates) => {
        const gate = gateToShow(gates, Number(params.get("gate")) || null, cycle);
        if (!gate) return <NoGate arm={run.arm} />;
        return (
          <Stack gap="md">
            {gates.length > 1 && (
              <Select
                label="Gate"
                description={`This run reached a gate ${gates.length} times.`}
                data={[...gates].reverse().map((one) => ({ value: String(one.id), label: titleOf(one, gates) }))}
                value={String(gate.id)}
                onChange={choose}
                allowDeselect={false}
                maw={420}
              />
            )}
            {gate.status !== "open" ? (
              <DecidedGate run={run} gate={gate} />
            ) : link ? (
              <Evidence gate={gate} chosen={new Set(gate.proposal.partition.flat())} />
            ) : (
              <OpenGate key={gate.id} run={run} gate={gate} />
            )}
          </Stack>
        );
      }}
    </Loaded>
  );
}

function titleOf(gate: Gate, gates: Gate[]): string {
  const cycles = Math.max(...gates.map((one) => one.cycle));
  const cycle = cycles > 1 ? `Cycle ${gate.cycle}, ` : "";
  return `${cycle}gate ${gates.indexOf(gate) + 1}: ${gate.status === "open" ? "open" : actionLabel(gate)}`;
}

function NoGate({ arm }: { arm: Run["arm"] }) {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconGitFork}
        title={arm !== "generalist" ? "The gate has not opened yet" : "A baseline has no gate"}
        text={
          arm !== "generalist"
            ? "It opens once the generalist plateaus or has used its share of the budget, after a fresh evaluation of every variation. You then review the evidence here and decide."
            : "The plain generalist trains for the whole budget, for comparison with GSL at equal steps."
        }
      />
    </Card>
  );
}
