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
