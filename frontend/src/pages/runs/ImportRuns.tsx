import { Button, FileButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconFileImport } from "@tabler/icons-react";
import { useImportRun } from "../../api/mutations";
import { many } from "../../format/numbers";

/** Imports runs that were made elsewhere, one per file. */
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
        notifications.show({ color: "red", title: "Import failed", message });
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
          title="Imports run records, as saved by Export or by benchmarks"
        >
          Import
        </Button>
      )}
    </FileButton>
  );
}

/** The most that a server takes, as `gsl.record.MOST_BYTES`. */
const MOST_BYTES = 32 * 2 ** 20;

/**
 * The record in a file that was exported here, or that a benchmark kept compressed. Throws where it is no JSON or
 * unpacks to more than a server takes.
 */
export async function readRecord(file: Blob & { name: string }): Promise<unknown> {
  const content = file.name.endsWith(".gz")
    ? file.stream().pipeThrough(new DecompressionStream("gzip"))
    : file.stream();
  const text = await new Response(content.pipeThrough(atMost(MOST_BYTES, file.name))).text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${file.name} is not a run record: it is not valid JSON`);
  }
}

/** Passes everything on, and fails as soon as it is more than so many bytes. */
function atMost(bytes: number, name: string): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let seen = 0;
  return new TransformStream({
    transform(chunk, controller) {
      seen += chunk.byteLength;
      if (seen > bytes) throw new Error(`${name} has more than ${bytes / 2 ** 20} MB, the most that a server takes`);
      controller.enqueue(chunk);
    },
  });
}
