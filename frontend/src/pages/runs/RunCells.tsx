import { memo, type ReactNode } from "react";
import { Link } from "react-router";
import type { RunField, RunSummary } from "../../api/types";
import { ContinuedBadge, ImportedBadge, ReadOnlyBadge, StatusBadge } from "../../components/Badges";
import { PhaseBar, spentShare } from "../../components/PhaseBar";
import { armTitle, Measured, OtherOwner, Tags, TimeLeft, Waiting } from "../../components/RunFacts";
import facts from "../../components/RunFacts.module.css";
import { Sparkline } from "../../components/Sparkline";
import { When } from "../../components/When";
import { label } from "../../form/label";
import { count } from "../../format/numbers";
import { shownValue } from "./listing";
import classes from "./RunCells.module.css";
import type { Selection } from "./useRunWindow";

export interface Column {
  title: string;
  width: number;
  /** The field that it is sorted by. */
  field?: string;
  right?: boolean;
  cell: (run: RunSummary) => ReactNode;
}

interface Props {
  run: RunSummary;
  columns: Column[];
  selected: boolean;
  select: Selection["set"];
  /** Whether it stands below its experiment. */
  inset: boolean;
}

/** A run's row. Drawn once for each run that comes into view, and not for each step of the scrolling. */
export const RunCells = memo(function RunCells({ run, columns, selected, select, inset }: Props) {
  return (
    <>
      <td className={classes.cell}>
        <Tick label={`Select ${run.name}`} chosen={selected} onChange={(chosen) => select([run.id], chosen)} />
      </td>
      {columns.map((column, place) => (
        <td key={column.title} className={look(column, inset && place === 0)}>
          {column.cell(run)}
        </td>
      ))}
    </>
  );
});

interface TickProps {
  label: string;
  /** Undefined where some of what it stands for is chosen. */
  chosen: boolean | undefined;
  onChange: (chosen: boolean) => void;
}

/** A checkbox. */
export function Tick({ label, chosen, onChange }: TickProps) {
  return (
    <input
      ref={(box) => {
        if (box) box.indeterminate = chosen === undefined;
      }}
      type="checkbox"
      className={classes.tick}
      aria-label={label}
      checked={chosen ?? false}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

const look = ({ right }: Column, inset: boolean) =>
  [classes.cell, right && classes.right, inset && classes.inset].filter(Boolean).join(" ");

/** A column of a field that was chosen. */
export function columnOf(field: RunField): Column {
  return {
    title: field.source === "setting" ? field.name : field.title,
    width: 150,
    field: field.sortable ? field.name : undefined,
    right: field.kind === "number",
    cell: (run) => <div className={classes.line}>{shownValue(run.values?.[field.name], field.kind)}</div>,
  };
}

interface CellProps {
  run: RunSummary;
}

function Name({ run }: CellProps) {
  return (
    <>
      <Link to={`/runs/${run.id}`} className={classes.name}>
        {run.name}
      </Link>
      <div className={`${facts.small} ${classes.line} ${classes.about}`}>
        {label(run.suite)} · {armTitle(run)} · seed {run.seed}
        {run.experiment_name && ` · ${run.experiment_name}`}
        <OtherOwner owner={run.owner} />
        {run.priority !== 0 && ` · priority ${run.priority}`}
      </div>
      <Tags tags={run.tags} />
    </>
  );
}

function Status({ run }: CellProps) {
  return (
    <>
      <div className={classes.badges}>
        <StatusBadge status={run.status} />
        <ImportedBadge run={run} />
        <ContinuedBadge run={run} />
        <ReadOnlyBadge run={run} />
      </div>
      <Waiting run={run} />
    </>
  );
}

function Steps({ run }: CellProps) {
  const percent = Math.round(spentShare(run) * 100);
  return (
    <>
      <div className={classes.line}>
        {count(run.spent_steps)} of {count(run.total_steps)}
      </div>
      <div
        className={classes.spent}
        role="progressbar"
        aria-label="Share of the steps spent"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <div style={{ width: `${percent}%` }} />
      </div>
      <TimeLeft run={run} />
    </>
  );
}

function MeanReturn({ run }: CellProps) {
  return (
    <Measured value={run.mean_return} source={run.mean_return_source}>
      <div className={facts.curve}>
        <Sparkline values={run.sparkline} label={`Mean return of ${run.name} over training`} />
      </div>
    </Measured>
  );
}

export const COLUMNS: Column[] = [
  { title: "Run", width: 300, field: "name", cell: (run) => <Name run={run} /> },
  { title: "Status", width: 150, field: "status", cell: (run) => <Status run={run} /> },
  { title: "Phases", width: 130, cell: (run) => <PhaseBar phases={run.phases} /> },
  { title: "Steps", width: 160, field: "steps", cell: (run) => <Steps run={run} /> },
  { title: "Mean return", width: 190, field: "mean_return", cell: (run) => <MeanReturn run={run} /> },
  {
    title: "Score",
    width: 150,
    field: "score",
    cell: (run) => <Measured value={run.score} source={run.score_source} />,
  },
  { title: "Updated", width: 110, field: "updated", cell: (run) => <When at={run.updated_at} dimmed /> },
];
