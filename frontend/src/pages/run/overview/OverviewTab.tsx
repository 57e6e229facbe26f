import { Stack } from "@mantine/core";
import { link } from "../../../api/address";
import { useMayChange } from "../../../api/projects";
import type { Run } from "../../../api/types";
import { NotesPanel } from "../../../notes/NotesPanel";
import { RunFigures } from "../figures/RunFigures";
import { PlateauReplay, usePlateauReplay } from "./PlateauReplay";
import { Plateaus } from "./Plateaus";

export function OverviewTab({ run }: { run: Run }) {
  const mayChange = useMayChange();
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
      {!link && <NotesPanel of={{ kind: "run", id: run.id }} text={run.notes} mayChange={mayChange} />}
    </Stack>
  );
}
