import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Run, VariationStory } from "../../api/types";
import { JobBadge } from "../../components/Badges";
import { type Column, DataTable } from "../../components/DataTable";
import { Panel } from "../../components/Panel";
import { count, decimal, many, percent } from "../../format/numbers";
import { PHASE_LABEL } from "../../theme";

type EvidenceRow = VariationStory["evidence"][number];
type Trainer = VariationStory["trained_by"][number];
type Demonstrated = VariationStory["demonstrations"][number];
type Spent = VariationStory["steps"][number];

/** What each gate saw of it, and who got it. */
export function Evidence({ run, story }: { run: Run; story: VariationStory }) {
  const columns: Column<EvidenceRow>[] = [
    {
      id: "gate",
      title: "Gate",
      cell: (row) => (
        <Anchor component={Link} size="sm" underline="always" to={`/runs/${run.id}?tab=gate&gate=${row.gate_id}`}>
          Cycle {row.cycle}
        </Anchor>
      ),
    },
    { id: "rank", title: "Rank", cell: (row) => `${row.rank} of ${row.ranked}` },
    { id: "mean", title: "Mean return", cell: (row) => decimal(row.mean_return) },
    { id: "bounds", title: "Bounds", cell: bounds },
    ...(story.evidence.some((row) => row.success_rate !== null)
      ? [{ id: "success", title: "Success", cell: (row: EvidenceRow) => percent(row.success_rate) }]
      : []),
    { id: "episodes", title: "Episodes", cell: (row) => row.episodes },
    { id: "got", title: "Selected", cell: selected },
  ];
  return (
    <Panel title="At the gate" text="The evaluation by which variations are selected; rank 1 is selected first.">
      {story.evidence.length === 0 ? (
        <Text c="dimmed">{story.held_out ? "Gates select among training variations." : "No gate has opened yet."}</Text>
      ) : (
        <DataTable label="At the gate" columns={columns} rows={story.evidence} rowKey={rowOfGate} minWidth={520} />
      )}
    </Panel>
  );
}

const rowOfGate = (row: EvidenceRow) => row.gate_id;

/** One-sided confidence bounds of the mean; older gates have the lower one alone. */
function bounds(row: EvidenceRow): string {
  return row.upper_bound === null
    ? `from ${decimal(row.lower_bound)}`
    : `${decimal(row.lower_bound)} to ${decimal(row.upper_bound)}`;
}

function selected(row: EvidenceRow): string {
  if (row.specialist !== null) {
    const edited = row.proposed === null ? ", by hand" : "";
    return `for specialist ${row.specialist}${edited}`;
  }
  if (row.proposed === null) return "no, others are lower";
  return { open: `proposed for specialist ${row.proposed}`, approved: "left out by hand", rejected: "gate rejected" }[
    row.status
  ];
}

/** The specialists that trained on it. */
export function Trainers({ run, story }: { run: Run; story: VariationStory }) {
  const columns: Column<Trainer>[] = [
    {
      id: "who",
      title: "Specialist",
      cell: (row) => (
        <Anchor component={Link} size="sm" underline="always" to={`/runs/${run.id}?tab=specialists&cycle=${row.cycle}`}>
          {row.specialist === 0 ? "all the lowest" : row.job_key.replace("specialist-", "")}
        </Anchor>
      ),
    },
    { id: "status", title: "Status", cell: (row) => <JobBadge status={row.status} /> },
    { id: "variations", title: "Trained on", cell: (row) => many(row.variations, "variation") },
    { id: "mean", title: "Mean return", cell: (row) => decimal(row.mean_return) },
    ...(story.trained_by.some((row) => row.success_rate !== null)
      ? [{ id: "success", title: "Success", cell: (row: Trainer) => percent(row.success_rate) }]
      : []),
    { id: "source", title: "Measured in", cell: (row) => row.source ?? "–" },
  ];
  return (
    <Panel title="Specialists that trained on it" text="The scores are of this variation alone.">
      {story.trained_by.length === 0 ? (
        <Text c="dimmed">None did. The generalist, before and during fine-tuning, trains on all.</Text>
      ) : (
        <DataTable label="Specialists" columns={columns} rows={story.trained_by} rowKey={rowOfJob} minWidth={520} />
      )}
    </Panel>
  );
}

const rowOfJob = (row: { job_id: number }) => row.job_id;

const DEMONSTRATED: Column<Demonstrated>[] = [
  {
    id: "whose",
    title: "By",
    cell: (row) => (row.specialist === 0 ? "the generalist" : `specialist ${row.specialist}`),
  },
  { id: "cycle", title: "Cycle", cell: (row) => row.cycle },
  { id: "kept", title: "Kept", cell: (row) => row.kept },
  { id: "dropped", title: "Dropped", cell: (row) => row.tried - row.kept },
  { id: "mean", title: "Mean return of the kept", cell: (row) => decimal(row.mean_return) },
];

/** Its episodes for fine-tuning. */
export function Demonstrations({ story }: { story: VariationStory }) {
  return (
    <Panel title="Demonstrations" text="Episodes tried and those that the filter kept for fine-tuning.">
      {story.demonstrations.length === 0 ? (
        <Text c="dimmed">Nobody demonstrated it. Some guides ask the specialists themselves instead.</Text>
      ) : (
        <DataTable
          label="Demonstrations"
          columns={DEMONSTRATED}
          rows={story.demonstrations}
          rowKey={rowOfJob}
          minWidth={420}
        />
      )}
    </Panel>
  );
}

const SPENT: Column<Spent>[] = [
  { id: "phase", title: "Phase", cell: (row) => PHASE_LABEL[row.phase] },
  { id: "purpose", title: "Purpose", cell: (row) => row.purpose },
  { id: "steps", title: "Steps", cell: (row) => count(row.steps) },
  { id: "how", title: "Known from", cell: (row) => (row.exact ? "the ledger" : "episode lengths") },
];

/** What was spent on it. */
export function Steps({ story }: { story: VariationStory }) {
  const total = story.steps.reduce((sum, row) => sum + (row.purpose === "measurement" ? 0 : row.steps), 0);
  return (
    <Panel
      title="Steps spent on it"
      text={`About ${count(total)} of the budget. The ledger counts by job; steps of a job with several variations are shared out by the lengths of their episodes.`}
    >
      {story.steps.length === 0 ? (
        <Text c="dimmed">No step yet.</Text>
      ) : (
        <DataTable
          label="Steps"
          columns={SPENT}
          rows={numbered(story.steps)}
          rowKey={(row) => row.row}
          minWidth={400}
        />
      )}
    </Panel>
  );
}

const numbered = (rows: Spent[]) => rows.map((row, place) => ({ ...row, row: place }));
