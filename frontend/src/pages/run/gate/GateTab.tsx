import { Card } from "@mantine/core";
import { IconGitFork } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { gateQuery } from "../../../api/queries";
import type { Run } from "../../../api/types";
import { EmptyState } from "../../../components/EmptyState";
import { Loaded } from "../../../components/Loaded";
import { DecidedGate } from "./DecidedGate";
import { OpenGate } from "./OpenGate";

export function GateTab({ run }: { run: Run }) {
  const query = useQuery(gateQuery(run.id));
  return (
    <Loaded query={query}>
      {(gate) => {
        if (gate === null) return <NoGate arm={run.arm} />;
        if (gate.status === "open") return <OpenGate key={gate.id} run={run} gate={gate} />;
        return <DecidedGate gate={gate} />;
      }}
    </Loaded>
  );
}

function NoGate({ arm }: { arm: Run["arm"] }) {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconGitFork}
        title={arm === "gsl" ? "The gate has not opened yet" : "A baseline has no gate"}
        text={
          arm === "gsl"
            ? "It opens when the generalist plateaus or has used its share of the budget, after a fresh evaluation of every variation. Then you see the evidence here and decide."
            : "The plain generalist trains on for the whole budget, to be compared with GSL at equal steps."
        }
      />
    </Card>
  );
}
