import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useApprove, useReject } from "../../../api/mutations";
import { ApiError } from "../../../api/problem";
import { jobsQuery } from "../../../api/queries";
import type { Gate, Run } from "../../../api/types";
import { getIn } from "../../../form/paths";
import { Decision } from "./Decision";
import { Evidence } from "./Evidence";
import { approval, editsOf, isEdited, problemsOf } from "./edits";
import { Proposal } from "./Proposal";
import { useDraft } from "./useDraft";

/** The gate while it waits for a person. */
export function OpenGate({ run, gate }: { run: Run; gate: Gate }) {
  const [{ edits, reason }, setDraft] = useDraft(gate);
  const jobs = useQuery(jobsQuery(run.id)).data ?? [];
  const approve = useApprove(run.id);
  const reject = useReject(run.id);
  const error = approve.error ?? reject.error;
  const fields = error instanceof ApiError ? error.errors : [];
  const editable = gate.reason_asked === "specialists" && !run.read_only;
  const left = gate.evidence.left_steps;
  const problems = editable ? problemsOf(edits, left, epochSteps(run)) : [];
  const change = (next: typeof edits) => {
    approve.reset();
    setDraft({ edits: next, reason });
  };
  return (
    <Stack gap="md" data-testid="open-gate">
      <Evidence gate={gate} chosen={new Set(edits.partition.flat())} />
      {editable && (
        <Proposal
          edits={edits}
          edited={isEdited(edits, gate.proposal)}
          variations={gate.evidence.variations}
          leftSteps={left}
          stepsPerSecond={speedOf(jobs)}
          problems={problems}
          terms={gate.terms}
          errors={Object.fromEntries(fields.map(({ field, message }) => [field.split(".")[0] ?? field, message]))}
          onChange={change}
          onReset={() => change(editsOf(gate.proposal))}
        />
      )}
      {!run.read_only && (
        <Decision
          approveLabel={editable ? "Approve specialists" : "Continue with the successful specialists"}
          canApprove={problems.length === 0}
          continueSteps={editable ? (gate.evidence.continue_steps ?? null) : null}
          trainingOn={editable ? (gate.evidence.training_on ?? null) : null}
          reason={reason}
          onReason={(next) => setDraft({ edits, reason: next })}
          busy={approve.isPending || reject.isPending}
          error={error?.message ?? null}
          onApprove={() => approve.mutate(approval(edits, gate.proposal, reason))}
          onReject={(action) => reject.mutate({ action, reason })}
        />
      )}
    </Stack>
  );
}

/** Environment steps of one epoch. */
function epochSteps({ config }: Run): number {
  const number = (name: string) => Number(getIn(config, ["learner", name]) ?? 1);
  return number("num_envs") * number("num_steps");
}

/** Steps per second of the latest training job that has measured them. */
function speedOf(jobs: { kind: string; steps_per_second: number | null }[]): number | null {
  const trained = jobs.filter((job) => job.kind === "generalist" && job.steps_per_second);
  return trained[trained.length - 1]?.steps_per_second ?? null;
}
