import { Button, Stack, Text } from "@mantine/core";
import { IconDeviceMobile } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { linkTo } from "../../../api/address";
import { useCreateApprovalLink } from "../../../api/links";
import { useApprove, useReject } from "../../../api/mutations";
import { ApiError } from "../../../api/problem";
import { useMayChange } from "../../../api/projects";
import { jobsQuery } from "../../../api/queries";
import type { Gate, Run } from "../../../api/types";
import { NewSecret } from "../../../components/Secrets";
import { getIn } from "../../../form/paths";
import { Deadline } from "./Deadline";
import { Decision } from "./Decision";
import { Evidence, GateCurve } from "./Evidence";
import { approval, editsOf, isEdited, problemsOf } from "./edits";
import { Proposal } from "./Proposal";
import { useDraft } from "./useDraft";

/** The gate while it waits for a person. */
export function OpenGate({ run, gate }: { run: Run; gate: Gate }) {
  const [{ edits, reason }, setDraft] = useDraft(gate);
  const jobs = useQuery(jobsQuery(run.id)).data ?? [];
  const mayChange = useMayChange();
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
      <Deadline gate={gate} />
      <Evidence gate={gate} chosen={new Set(edits.partition.flat())} />
      <GateCurve run={run} />
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
      {!run.read_only && mayChange && <PhoneLink runId={run.id} />}
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

const HOURS = 24;

/** A link with which somebody decides without an account, for example on a phone. */
function PhoneLink({ runId }: { runId: number }) {
  const create = useCreateApprovalLink(runId);
  if (create.data)
    return (
      <NewSecret title="A link that decides" secret={linkTo("approve", create.data.secret)} onClose={create.reset} />
    );
  return (
    <Text size="sm" c="dimmed" component="div">
      <Button
        size="compact-sm"
        variant="default"
        mr="xs"
        leftSection={<IconDeviceMobile size={14} />}
        loading={create.isPending}
        onClick={() => create.mutate(HOURS)}
      >
        Create a link
      </Button>
      with which somebody decides as proposed, once, within {HOURS} hours and without an account.
    </Text>
  );
}
