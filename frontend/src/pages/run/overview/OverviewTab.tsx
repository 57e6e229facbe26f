import { Stack } from "@mantine/core";
import { link } from "../../../api/address";
import type { Run } from "../../../api/types";
import { RunFigures } from "../figures/RunFigures";
import { NotesPanel } from "./NotesPanel";
import { Plateaus } from "./Plateaus";

export function OverviewTab({ run }: { run: Run }) {
  return (
    <Stack gap="md">
      <RunFigures run={run} tab="overview" beside={{ learning_curve: { below: <Plateaus run={run} /> } }} />
      {!link && <NotesPanel run={run} />}
    </Stack>
  );
}
