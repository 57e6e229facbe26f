import { Button, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconDeviceMobile } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { linkTo } from "../../../api/address";
import { gatePreviewQuery } from "../../../api/gates";
import { useCreateApprovalLink } from "../../../api/links";
import { useApprove, useReject } from "../../../api/mutations";
import { ApiError } from "../../../api/problem";
import { useMayChange } from "../../../api/projects";
import type { Gate, Run } from "../../../api/types";
import { Panel } from "../../../components/Panel";
import { NewSecret } from "../../../components/Secrets";
import { Cost } from "./Cost";
import { Deadline } from "./Deadline";
import { Decision } from "./Decision";
import { EvaluatedVariations, EvidenceAtAGlance } from "./Evidence";
import { approval, type Edits, editsOf, isEdited } from "./edits";
import { History } from "./History";
import classes from "./OpenGate.module.css";
import { Proposal, Threshold } from "./Proposal";
import { useDraft } from "./useDraft";

const SETTLED_MS = 200;

/** The gate while it waits for a person: evidence, split and cost beside one another, then what others say. */
export function OpenGate({ run, gate }: { run: Run; gate: Gate }) {
  const [{ edits, reason }, setDraft] = useDraft(gate);
  const mayChange = useMayChange();
  const approve = useApprove(run.id);
  const reject = useReject(run.id);
  const error = approve.error ?? reject.error;
  const fields = error instanceof ApiError ? error.errors : [];
  const editable = gate.reason_asked === "specialists" && !run.read_only;
  const preview = usePreview(run, gate, edits, editable);
  const { variations } = gate.evidence;
  const chosen = new Set(edits.partition.flat());
  const change = (next: Edits) => {
    approve.reset();
    setDraft({ edits: next, reason });
  };
  return (
    <Stack gap="sm" data-testid="open-gate">
      <div className={classes.screen} data-editable={editable}>
        <div className={classes.column}>
          <EvidenceAtAGlance run={run} gate={gate} chosen={chosen}>
            {editable && (
              <Threshold
                partition={edits.partition}
                variations={variations}
                onChange={(partition) => change({ ...edits, partition })}
              />
            )}
          </EvidenceAtAGlance>
        </div>
        {editable && (
          <div className={classes.split}>
            <Proposal
              edits={edits}
              edited={isEdited(edits, gate.proposal)}
              variations={variations}
              errors={Object.fromEntries(fields.map(({ field, message }) => [field.split(".")[0] ?? field, message]))}
              onChange={change}
              onReset={() => change(editsOf(gate.proposal))}
            />
          </div>
        )}
        <div className={classes.column}>
          {editable && (
            <Panel title="What it costs">
              <Cost preview={preview.data} error={preview.error} />
            </Panel>
          )}
          <Deadline gate={gate} />
          {!run.read_only && (
            <Decision
              approveLabel={editable ? "Approve specialists" : "Continue with the successful specialists"}
              canApprove={!preview.data?.wrong.length}
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
        </div>
      </div>
      <div className={classes.below}>
        <EvaluatedVariations gate={gate} chosen={chosen} />
        <History run={run} gate={gate} />
      </div>
      {!run.read_only && mayChange && <PhoneLink runId={run.id} />}
    </Stack>
  );
}

/** What approving the edits would start and cost, asked again once somebody pauses. */
function usePreview(run: Run, gate: Gate, edits: Edits, enabled: boolean) {
  const [{ partition, specialist_steps, start }] = useDebouncedValue(edits, SETTLED_MS);
  return useQuery({ ...gatePreviewQuery(run.id, gate.id, { partition, specialist_steps, start }), enabled });
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
