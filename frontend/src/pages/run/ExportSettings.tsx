import { Code, Stack, Text } from "@mantine/core";
import { IconFileExport } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type Export, inShort, runExportersQuery, useChosen, useExporters } from "../../api/exporters";
import { useUpdateRun } from "../../api/mutations";
import type { Run } from "../../api/types";
import { EditPopover } from "../../components/EditPopover";
import { ExportersInput } from "../../components/ExportersInput";
import { When } from "../../components/When";
import { sentence } from "../../format/numbers";

/** In which formats of other tools the run is written, where, and how far that is. */
export function ExportSettings({ run }: { run: Run }) {
  const update = useUpdateRun(run.id);
  const exporters = useExporters();
  const found = useQuery(runExportersQuery(run.id)).data;
  const chosen = useChosen(found?.chosen);
  if (!found || exporters.length === 0) return null;
  const failed = found.exports.some((each) => each.state === "failed");
  return (
    <EditPopover
      caption={`${failed ? "Export failed: " : "Export: "}${inShort(chosen) || "none"}`}
      color={failed ? "red" : undefined}
      icon={<IconFileExport size={13} />}
      value={chosen}
      save="Save exports"
      onSave={(names) => update.mutate({ exporters: names })}
    >
      {(draft, change) => (
        <Stack gap="sm">
          <ExportersInput value={draft} onChange={change} />
          {found.exports.map((each) => (
            <State key={each.exporter} of={each} ended={run.ended_at !== null} />
          ))}
        </Stack>
      )}
    </EditPopover>
  );
}

function State({ of, ended }: { of: Export; ended: boolean }) {
  return (
    <Text size="xs" component="div" style={{ overflowWrap: "anywhere" }}>
      <Text span fw={600} inherit>
        {inShort([of.exporter])}
      </Text>
      {": "}
      {of.state === "failed" && (
        <Text span inherit c="red">
          {sentence(of.error)}
        </Text>
      )}
      {of.state === "waiting" &&
        (of.exporter === "wandb" && !ended ? "written once the run has ended" : "being written")}
      {of.state === "current" && (
        <>
          up to date, <When at={of.exported_at ?? ""} />
        </>
      )}
      <Code block mt={4} style={{ whiteSpace: "normal" }}>
        {of.folder}
      </Code>
    </Text>
  );
}
