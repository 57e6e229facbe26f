import { Badge, Card, Stack, Table, Text } from "@mantine/core";
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { gatesQuery, jobsQuery } from "../../../api/queries";
import type { Job, Run } from "../../../api/types";
import { EmptyState } from "../../../components/EmptyState";
import { JobBadge } from "../../../components/JobBadge";
import { Loaded } from "../../../components/Loaded";
import { Panel } from "../../../components/Panel";
import { count, figure, many, percent } from "../../../format/numbers";
import { duration } from "../../../format/time";
import { Figure } from "../../../plot/Figure";
import { CycleChoice } from "../CycleChoice";
import { gateToShow } from "../cycles";
import { MetricChoice } from "../MetricChoice";
import { useCycle } from "../useCycle";
import { useMetric } from "../useMetric";

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
        <Table.ScrollContainer minWidth={620}>
          <Table fz="sm" aria-label="Specialists">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Specialist</Table.Th>
                <Table.Th>Status</Table.Th>
                <Table.Th>Variations</Table.Th>
                <Table.Th>Steps</Table.Th>
                <Table.Th>Mean return</Table.Th>
                {hasSuccess && <Table.Th>Success</Table.Th>}
                <Table.Th>Time left</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody className="tabular">
              {jobs.map((job) => (
                <SpecialistRow key={job.id} job={job} names={names} hasSuccess={hasSuccess} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
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

const SHOWN = 6;

interface RowProps {
  job: Job;
  names: Map<number, string>;
  hasSuccess: boolean;
}

function SpecialistRow({ job, names, hasSuccess }: RowProps) {
  const more = job.variations.length - SHOWN;
  return (
    <Table.Tr>
      <Table.Td>{specialistName(job)}</Table.Td>
      <Table.Td>
        <JobBadge status={job.status} />
        {job.outcome === "solved" && (
          <Badge size="xs" ml={4} color="teal" variant="light" tt="none">
            solved
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        {job.variations
          .slice(0, SHOWN)
          .map((variation) => names.get(variation) ?? variation)
          .join(", ")}
        {more > 0 && ` and ${more} more`}
      </Table.Td>
      <Table.Td>
        {count(job.steps)} of {count(job.budget_steps)}
      </Table.Td>
      <Table.Td>{figure(job.mean_return)}</Table.Td>
      {hasSuccess && <Table.Td>{percent(job.success_rate)}</Table.Td>}
      <Table.Td>
        <Text size="sm" c="dimmed">
          {job.status === "running" ? duration(job.eta_seconds) : ""}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

/** `3`, in a later rung of successive halving `3, rung 2`; `all` for the generalist on all the lowest variations. */
function specialistName(job: Job): string {
  if (job.index === 0) return "all";
  const rung = job.key.split("-")[3];
  return rung === undefined ? `${job.index}` : `${job.index}, rung ${rung}`;
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
