import { Card, Group, Text } from "@mantine/core";
import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import type { PhaseProgress, Run } from "../../api/types";
import { filled } from "../../components/PhaseBar";
import { count, sentence } from "../../format/numbers";
import { duration } from "../../format/time";
import { PHASE_COLOR, PHASE_LABEL } from "../../theme";
import { CycleChoice, useCycle } from "./CycleChoice";
import { phasesOfCycle, stepKey } from "./cycles";
import classes from "./PhaseStepper.module.css";

/** Where the run stands: its phases with what each may spend and how long it still takes. */
export function PhaseStepper({ run }: { run: Run }) {
  const { cycle } = useCycle(run);
  const phases = phasesOfCycle(run.phases, cycle, run.cycle);
  return (
    <Card withBorder p="sm">
      {run.cycle > 1 && (
        <Group mb="sm">
          <CycleChoice run={run} />
        </Group>
      )}
      <ol className={classes.list} aria-label="Phases">
        {phases.map((phase) => (
          <Step key={stepKey(phase)} phase={phase} activity={run.activity} />
        ))}
      </ol>
    </Card>
  );
}

function Step({ phase, activity }: { phase: PhaseProgress; activity: string }) {
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
          {phase.segment > 1 && ` ${phase.segment}`}
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
      {active && (
        <Text size="xs" className="tabular" data-testid="step-activity">
          {[sentence(activity), timeOf(phase)].filter(Boolean).join(" · ")}
        </Text>
      )}
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
  if (phase.budget_steps === 0 && phase.phase === "specialists") return "runs of their own";
  if (phase.budget_steps === 0) return "outside the budget";
  if (phase.spent_steps > phase.budget_steps) return `${count(phase.spent_steps)} steps`; // took over what others left
  const spent = phase.state === "pending" ? "" : `${count(phase.spent_steps)} of `;
  return `${spent}${count(phase.budget_steps)} steps`;
}

/** The time a step still takes; a person takes as long as they like. */
function timeOf(phase: PhaseProgress): string {
  if (phase.phase === "gate") return "";
  return phase.eta_seconds === null ? "time left unknown" : `${duration(phase.eta_seconds)} left`;
}
