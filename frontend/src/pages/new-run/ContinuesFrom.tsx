import { Alert, Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { artifactsQuery } from "../../api/queries";
import type { Run } from "../../api/types";

/** Which checkpoint the new run continues from. */
export function ContinuesFrom({ run, checkpoint }: { run: Run; checkpoint: number }) {
  const file = useQuery(artifactsQuery(run.id)).data?.find((candidate) => candidate.id === checkpoint);
  return (
    <Alert variant="light" mb="md" title={`Continues from run ${run.id}`}>
      The generalist starts from {file ? `${file.job_key} at epoch ${file.epoch}` : `checkpoint ${checkpoint}`} of “
      {run.name}” and spends the steps below on top. Suite, learner and network stay as they were.{" "}
      <Anchor component={Link} to={`/runs/new?from=${run.id}`} size="sm">
        Start from scratch instead
      </Anchor>
    </Alert>
  );
}
