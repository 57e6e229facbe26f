import { Box, Group, Skeleton, Stack, Text, Tooltip } from "@mantine/core";
import type { BudgetPreview, Phase, PhaseProgress } from "../../api/types";
import { count, many } from "../../format/numbers";
import { duration } from "../../format/time";
import { PHASE_COLOR, PHASE_LABEL } from "../../theme";
import classes from "./Preview.module.css";

interface Props {
  preview: BudgetPreview | undefined;
  stale: boolean;
}

/** What the budget means: steps of each phase as a stacked bar, jobs, time. */
export function Preview({ preview, stale }: Props) {
  if (!preview) return <Skeleton height={140} />;
  const phases = byPhase(preview.phases).filter((phase) => phase.budget_steps > 0);
  const total = phases.reduce((sum, phase) => sum + phase.budget_steps, 0) || 1;
  return (
    <Stack gap="xs" style={{ opacity: stale ? 0.5 : 1 }} aria-busy={stale} data-testid="preview">
      <div className={classes.bar} role="img" aria-label="Steps by phase">
        {phases.map((phase) => (
          <Tooltip key={phase.phase} label={`${PHASE_LABEL[phase.phase]}: ${count(phase.budget_steps)} steps`}>
            <Box w={`${(phase.budget_steps / total) * 100}%`} bg={`${PHASE_COLOR[phase.phase]}.6`} />
          </Tooltip>
        ))}
      </div>
      {phases.map((phase) => (
        <Group key={phase.phase} gap="xs" wrap="nowrap">
          <Box className={classes.key} bg={`${PHASE_COLOR[phase.phase]}.6`} />
          <Text size="sm" style={{ flex: 1 }}>
            {PHASE_LABEL[phase.phase]}
          </Text>
          <Text size="sm" className="tabular">
            {count(phase.budget_steps)} steps
          </Text>
        </Group>
      ))}
      <Text size="sm" c="dimmed">
        {count(total)} steps in {many(preview.jobs, "job")}. {timeText(preview)} Measurements take up to{" "}
        {count(preview.measurement_steps)} more steps, which do not count towards the budget.
      </Text>
    </Stack>
  );
}

/** The steps of each phase in all cycles together. */
function byPhase(steps: PhaseProgress[]): { phase: Phase; budget_steps: number }[] {
  const sums = new Map<Phase, number>();
  for (const { phase, budget_steps } of steps) sums.set(phase, (sums.get(phase) ?? 0) + budget_steps);
  return [...sums].map(([phase, budget_steps]) => ({ phase, budget_steps }));
}

function timeText(preview: BudgetPreview): string {
  if (preview.eta_seconds === null) return "Time unknown until a job of this suite has been measured.";
  const speed = preview.steps_per_second === null ? "" : ` at ${count(preview.steps_per_second)} steps/s`;
  return `About ${duration(preview.eta_seconds)}${speed}.`;
}
