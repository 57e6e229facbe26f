import { CloseButton, Group, SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ClickedPoint } from "plotly.js-cartesian-dist-min";
import { jobsQuery } from "../../../api/queries";
import type { Run } from "../../../api/types";
import { useAddress } from "../../../routing/useAddress";

export type Axis = "total" | "critical";

/** What curves show, in the URL: all steps or the critical path, and all specialists or one, `1-12`. */
export function useCurveChoice() {
  const { params, change } = useAddress();
  const axis: Axis = params.get("axis") === "critical" ? "critical" : "total";
  const asked = params.get("specialist");
  const specialist = asked && /^\d+-\d+$/.test(asked) ? asked : null;
  return {
    axis,
    specialist,
    setAxis: (next: Axis) => change({ axis: next === "total" ? null : next }),
    setSpecialist: (next: string | null) => change({ specialist: next }),
  };
}

/** Whether the specialists' steps are added up, or counted once because they train in parallel. */
export function AxisChoice() {
  const { axis, setAxis } = useCurveChoice();
  return (
    <SegmentedControl
      size="xs"
      aria-label="Steps counted"
      value={axis}
      onChange={(next) => setAxis(next as Axis)}
      data={[
        { value: "total", label: "Total steps" },
        { value: "critical", label: "Critical path" },
      ]}
    />
  );
}

/** All specialists or a single one; nothing where there is none. */
export function SpecialistChoice({ run }: { run: Run }) {
  const { specialist, setSpecialist } = useCurveChoice();
  const jobs = useQuery(jobsQuery(run.id)).data ?? [];
  const known = specialistsOf(jobs.map((job) => job.key));
  if (known.length < 2) return null;
  return (
    <Group gap={4} wrap="nowrap">
      <Select
        size="xs"
        w={150}
        aria-label="Specialists shown"
        placeholder="All specialists"
        searchable
        value={specialist}
        onChange={setSpecialist}
        data={known.map((id) => ({ value: id, label: `Specialist ${numberOf(id, run.cycle)}` }))}
      />
      {specialist && <CloseButton size="sm" aria-label="Show all specialists" onClick={() => setSpecialist(null)} />}
    </Group>
  );
}

/** Cycle and number of each specialist, whose later rungs have keys of their own. */
export function specialistsOf(keys: string[]): string[] {
  const found = keys.map((key) => /^specialist-(\d+)-(\d+)/.exec(key)).filter((match) => match !== null);
  return [...new Set(found.map(([, cycle, index]) => `${cycle}-${index}`))];
}

const numberOf = (id: string, cycles: number) => (cycles > 1 ? id.replace("-", ".") : id.split("-")[1]);

/** The specialist whose line was clicked: a trace of its own says so, a common one for each point. */
export function specialistAt({ data, customdata }: ClickedPoint): string | null {
  if (data?.meta?.specialist) return data.meta.specialist;
  const [index, cycle] = Array.from((customdata ?? []) as ArrayLike<number>).slice(2);
  return index && cycle ? `${cycle}-${index}` : null;
}
