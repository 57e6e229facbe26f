import { Badge, Text } from "@mantine/core";
import { useMemo } from "react";
import type { Job } from "../../../api/types";
import { JobBadge } from "../../../components/Badges";
import { type Column, DataTable } from "../../../components/DataTable";
import { Measured } from "../../../components/RunFacts";
import { count, percent } from "../../../format/numbers";
import { duration } from "../../../format/time";

interface Props {
  jobs: Job[];
  /** Names of the variations by number. */
  names: Map<number, string>;
  hasSuccess: boolean;
}

/** How each specialist did. */
export function SpecialistsTable({ jobs, names, hasSuccess }: Props) {
  const columns = useMemo(() => columnsFor(names, hasSuccess), [names, hasSuccess]);
  return <DataTable label="Specialists" columns={columns} rows={jobs} rowKey={(job) => job.id} minWidth={620} />;
}

function columnsFor(names: Map<number, string>, hasSuccess: boolean): Column<Job>[] {
  const success: Column<Job> = { id: "success", title: "Success", cell: (job) => percent(job.success_rate) };
  return [
    { id: "specialist", title: "Specialist", cell: specialistName },
    { id: "status", title: "Status", cell: (job) => <Status job={job} /> },
    { id: "variations", title: "Variations", cell: (job) => variationNames(job, names) },
    { id: "steps", title: "Steps", cell: (job) => `${count(job.steps)} of ${count(job.budget_steps)}` },
    {
      id: "return",
      title: "Mean return",
      cell: (job) => <Measured value={job.mean_return} source={job.mean_return_source} />,
    },
    ...(hasSuccess ? [success] : []),
    { id: "left", title: "Time left", cell: (job) => <TimeLeft job={job} /> },
  ];
}

/** `3`, in a later rung of successive halving `3, rung 2`; `all` for the generalist on all the lowest variations. */
function specialistName(job: Job): string {
  if (job.index === 0) return "all";
  const rung = job.key.split("-")[3];
  return rung === undefined ? `${job.index}` : `${job.index}, rung ${rung}`;
}

function Status({ job }: { job: Job }) {
  return (
    <>
      <JobBadge status={job.status} />
      {job.outcome === "solved" && (
        <Badge size="xs" ml={4} color="teal" variant="light" tt="none">
          solved
        </Badge>
      )}
    </>
  );
}

const SHOWN = 6;

function variationNames(job: Job, names: Map<number, string>): string {
  const shown = job.variations.slice(0, SHOWN).map((variation) => names.get(variation) ?? variation);
  const more = job.variations.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function TimeLeft({ job }: { job: Job }) {
  return (
    <Text size="sm" c="dimmed">
      {job.status === "running" ? duration(job.eta_seconds) : ""}
    </Text>
  );
}
