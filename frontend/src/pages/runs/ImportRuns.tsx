import { Button, FileButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFileImport } from "@tabler/icons-react";
import { useImportRun } from "../../api/mutations";
import { many } from "../../format/numbers";

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

/** The record in a file that was exported here, or that a benchmark kept compressed. Throws where it is no JSON. */
export async function readRecord(file: Blob & { name: string }): Promise<unknown> {
  const content = file.name.endsWith(".gz")
    ? file.stream().pipeThrough(new DecompressionStream("gzip"))
    : file.stream();
  const text = await new Response(content).text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file.name} is no record of a run: it holds no JSON`);
  }
}
