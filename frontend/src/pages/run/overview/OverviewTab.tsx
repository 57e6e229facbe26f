import { Stack } from "@mantine/core";
import { link } from "../../../api/address";
import type { Run } from "../../../api/types";
import { RunFigures } from "../figures/RunFigures";
import { NotesPanel } from "./NotesPanel";
import { PlateauReplay, usePlateauReplay } from "./PlateauReplay";
import { Plateaus } from "./Plateaus";

export function OverviewTab({ run }: { run: Run }) {
  const replay = usePlateauReplay(run);
  const plateaus = (
    <>
      {!run.read_only && <PlateauReplay run={run} state={replay} />}
      <Plateaus run={run} />
    </>
  );
  return (
    <Stack gap="md">
      <RunFigures run={run} tab="overview" beside={{ learning_curve: { below: plateaus, spans: replay.spans } }} />
      {!link && <NotesPanel run={run} />}
    </Stack>
  );
}
