import { Button, FileButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFileImport } from "@tabler/icons-react";
import { useImportRun } from "../../api/mutations";
import { many } from "../../format/numbers";
import { readRecord } from "./record-file";

/** Brings in runs that were made elsewhere, one file each. */
export function ImportRuns() {
  const add = useImportRun();
  const addAll = async (files: File[]) => {
    let added = 0;
    for (const file of files) {
      try {
        await add.mutateAsync(await readRecord(file));
        added += 1;
      } catch (error) {
        const message = `${file.name}: ${error instanceof Error ? error.message : String(error)}`;
        notifications.show({ color: "red", title: "Not imported", message });
      }
    }
    if (added > 0) notifications.show({ message: `${many(added, "run")} imported` });
  };
  return (
    <FileButton onChange={addAll} accept=".json,.gz" multiple>
      {(props) => (
        <Button
          {...props}
          size="xs"
          variant="default"
          leftSection={<IconFileImport size={14} />}
          loading={add.isPending}
          title="Records of runs, as Export gives them and benchmarks keep them"
        >
          Import
        </Button>
      )}
    </FileButton>
  );
}
