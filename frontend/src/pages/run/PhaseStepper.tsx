import { Card, Group, Text } from "@mantine/core";
import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { jobsQuery } from "../../api/queries";
import type { PhaseProgress, Run } from "../../api/types";
import { filled } from "../../components/PhaseBar";
import { count } from "../../format/numbers";
import { duration } from "../../format/time";
import { PHASE_COLOR, PHASE_LABEL } from "../../theme";
import { CycleChoice, useCycle } from "./CycleChoice";
import { phasesOfCycle } from "./cycles";
import classes from "./PhaseStepper.module.css";

/** Where the run stands: its phases with what each may spend and how long it still takes. */
export function PhaseStepper({ run }: { run: Run }) {
  const { cycle } = useCycle(run);
  const jobs = useQuery({ ...jobsQuery(run.id), enabled: run.cycle > 1 }).data ?? [];
  const phases = phasesOfCycle(run.phases, jobs, cycle, run.cycle);
  return (
    <Card withBorder p="sm">
      {run.cycle > 1 && (
        <Group mb="sm">
          <CycleChoice run={run} />
        </Group>
      )}
      <ol className={classes.list} aria-label="Phases">
        {phases.map((phase) => (
          <Step key={phase.phase} phase={phase} />
        ))}
      </ol>
    </Card>
  );
}

function Step({ phase }: { phase: PhaseProgress }) {
  const colour = `var(--mantine-color-${phase.state === "failed" ? "red" : PHASE_COLOR[phase.phase]}-6)`;
  const active = phase.state === "active";
  return (
    <li className={classes.step} data-state={phase.state} aria-current={active ? "step" : undefined}>
      <Group gap={6} wrap="nowrap">
        <span className={classes.mark} style={{ background: phase.state === "pending" ? undefined : colour }}>
          <Mark state={phase.state} />
        </span>
        <Text size="sm" fw={active ? 700 : 500}>
          {PHASE_LABEL[phase.phase]}
        </Text>
      </Group>
      <div className={classes.track}>
        <div
          className={active ? `${classes.fill} pulse` : classes.fill}
          style={{ width: `${filled(phase) * 100}%`, background: colour }}
        />
      </div>
      <Text size="xs" c="dimmed" className="tabular">
        {describe(phase)}
      </Text>
    </li>
  );
}

function Mark({ state }: { state: PhaseProgress["state"] }) {
  if (state === "done") return <IconCheck size={12} stroke={3} />;
  if (state === "failed") return <IconX size={12} stroke={3} />;
  if (state === "skipped") return <IconMinus size={12} stroke={3} />;
  return null;
}

function describe(phase: PhaseProgress): string {
  if (phase.state === "skipped") return "skipped";
  if (phase.phase === "gate")
    return { pending: "not open yet", active: "open", done: "decided", failed: "failed" }[phase.state];
  if (phase.state === "done" && phase.budget_steps === 0) return "measured outside the budget";
  if (phase.spent_steps > phase.budget_steps) return `${count(phase.spent_steps)} steps`; // took over what others left
  const spent = phase.state === "pending" ? "" : `${count(phase.spent_steps)} of `;
  const left = phase.state === "active" && phase.eta_seconds !== null ? ` · ${duration(phase.eta_seconds)} left` : "";
  return `${spent}${count(phase.budget_steps)} steps${left}`;
}
