import { Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "react-router";
import { ApiError } from "../../api/problem";
import { runQuery } from "../../api/queries";
import type { Run } from "../../api/types";
import { FirstRunHint } from "../../components/FirstRun";
import { Loaded } from "../../components/Loaded";
import { NotFound } from "../../components/NotFound";
import { useTitle } from "../../components/PageTitle";
import { STATUS_LABEL } from "../../theme";
import { PhaseStepper } from "./PhaseStepper";
import { ReadOnly } from "./ReadOnly";
import { RunHeader } from "./RunHeader";
import { RunNotices } from "./RunNotices";
import { RunTabs } from "./RunTabs";

export function RunPage() {
  const id = Number(useParams().id);
  const query = useQuery({ ...runQuery(id), enabled: Number.isInteger(id) });
  if (!Number.isInteger(id) || (query.error instanceof ApiError && query.error.status === 404))
    return <NotFound title="Run not found" text="It may have been deleted: the bin keeps deleted runs for 30 days." />;
  return <Loaded query={query}>{(run) => <RunView run={run} />}</Loaded>;
}

function RunView({ run }: { run: Run }) {
  useTitle(`${run.name} (${STATUS_LABEL[run.status]})`);
  const [params] = useSearchParams();
  const deciding = run.status === "awaiting_approval" && !run.read_only && params.get("tab") === "gate";
  return (
    <Stack gap={deciding ? "xs" : "md"}>
      <ReadOnly run={run} />
      <RunHeader run={run} brief={deciding} />
      {run.phases.length > 0 && !deciding && <PhaseStepper run={run} />}
      <FirstRunHint run={run} />
      <RunNotices run={run} deciding={deciding} />
      <RunTabs run={run} />
    </Stack>
  );
}
