import { Card, Stack } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { gatesQuery, jobsQuery } from "../../../api/queries";
import type { Job, Run } from "../../../api/types";
import { EmptyState } from "../../../components/EmptyState";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { many } from "../../../format/numbers";
import { CycleChoice, useCycle } from "../CycleChoice";
import { gateToShow } from "../cycles";
import { useMetric } from "../figures/MetricChoice";
import { RunFigures } from "../figures/RunFigures";
import { SpecialistRuns } from "./SpecialistRuns";
import { SpecialistsTable } from "./SpecialistsTable";

export function SpecialistsTab({ run }: { run: Run }) {
  const query = useQuery(jobsQuery(run.id));
  if (run.script && run.script.specialists.length > 0) return <SpecialistRuns script={run.script} />;
  return (
    <Loaded query={query}>
      {(jobs) => {
        const specialists = jobs.filter((job) => job.kind === "specialist");
        if (specialists.length === 0) return <None run={run} />;
        return (
          <Stack gap="md">
            <Outcomes run={run} specialists={specialists} />
            <RunFigures run={run} tab="specialists" />
          </Stack>
        );
      }}
    </Loaded>
  );
}

/** The specialists of one cycle in a table. */
function Outcomes({ run, specialists }: { run: Run; specialists: Job[] }) {
  const { cycle } = useCycle(run);
  const { hasSuccess } = useMetric(run.suite);
  const jobs = useMemo(() => specialists.filter((job) => job.cycle === cycle), [specialists, cycle]);
  const gate = gateToShow(useQuery(gatesQuery(run.id)).data ?? [], null, cycle);
  const names = useMemo(
    () => new Map((gate?.evidence.variations ?? []).map((item) => [item.variation, item.name])),
    [gate],
  );
  return (
    <Panel
      title="Specialists"
      text={many(new Set(jobs.map((job) => job.index)).size, "specialist")}
      actions={<CycleChoice run={run} />}
    >
      <SpecialistsTable jobs={jobs} names={names} hasSuccess={hasSuccess} />
    </Panel>
  );
}

function None({ run }: { run: Run }) {
  const baseline = run.arm === "generalist" && !run.script;
  return (
    <Card withBorder>
      <EmptyState
        icon={IconUsersGroup}
        title={baseline ? "A baseline has no specialists" : "No specialist has started"}
        text={
          baseline
            ? "The plain generalist trains for the same total steps, for comparison with GSL."
            : "Specialists start once the gate is approved. Each trains on its own share of the worst variations."
        }
      />
    </Card>
  );
}
