import { Card, Stack } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { gatesQuery, jobsQuery } from "../../../api/queries";
import type { Job, Run } from "../../../api/types";
import { EmptyState } from "../../../components/EmptyState";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { many } from "../../../format/numbers";
import { Figure } from "../../../plot/Figure";
import { CycleChoice } from "../CycleChoice";
import { gateToShow } from "../cycles";
import { MetricChoice } from "../MetricChoice";
import { useCycle } from "../useCycle";
import { useMetric } from "../useMetric";
import { SpecialistsTable } from "./SpecialistsTable";

export function SpecialistsTab({ run }: { run: Run }) {
  const query = useQuery(jobsQuery(run.id));
  const { cycle } = useCycle(run);
  return (
    <Loaded query={query}>
      {(jobs) => {
        const specialists = jobs.filter((job) => job.kind === "specialist");
        if (specialists.length === 0) return <None run={run} />;
        return (
          <Specialists
            run={run}
            cycle={cycle}
            jobs={specialists.filter((job) => job.cycle === cycle)}
            demonstrates={jobs.some((job) => job.kind === "demonstrations")}
          />
        );
      }}
    </Loaded>
  );
}

interface SpecialistsProps {
  run: Run;
  cycle: number;
  jobs: Job[];
  demonstrates: boolean;
}

function Specialists({ run, cycle, jobs, demonstrates }: SpecialistsProps) {
  const { metric, setMetric, hasSuccess } = useMetric(run.suite);
  const gate = gateToShow(useQuery(gatesQuery(run.id)).data ?? [], null, cycle);
  const evidence = gate?.evidence.variations ?? [];
  const names = new Map(evidence.map((item) => [item.variation, item.name]));
  return (
    <Stack gap="md">
      <Panel
        title="Specialists side by side"
        text="Each one's training score over its own steps; dashed, what the generalist had on the same variations, measured apart from what selected them where that was done."
        actions={<MetricChoice metric={metric} onChange={setMetric} hasSuccess={hasSuccess} />}
      >
        <Figure
          runId={run.id}
          name="specialists"
          label="Training curve of each specialist"
          choice={{ metric }}
          height={240}
        />
      </Panel>
      <Panel
        title="How they ended"
        text={many(new Set(jobs.map((job) => job.index)).size, "specialist")}
        actions={<CycleChoice run={run} />}
      >
        <SpecialistsTable jobs={jobs} names={names} hasSuccess={hasSuccess} />
      </Panel>
      {demonstrates && (
        <Panel
          title="Demonstrations"
          text="Episodes tried and kept on each variation. Where the filter keeps none, fine-tuning learns nothing from it."
        >
          <Figure runId={run.id} name="demonstrations" label="Episodes tried and kept on each variation" height={260} />
        </Panel>
      )}
    </Stack>
  );
}

function None({ run }: { run: Run }) {
  return (
    <Card withBorder>
      <EmptyState
        icon={IconUsersGroup}
        title={run.arm !== "generalist" ? "No specialist has started" : "A baseline has no specialists"}
        text={
          run.arm !== "generalist"
            ? "Specialists start once the gate is approved, each on its own share of the worst variations."
            : "The plain generalist is trained for the same total steps, to be compared with GSL."
        }
      />
    </Card>
  );
}
