import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readRecord } from "./ImportRuns";

const record = { format: 1, name: "goals – ten" };

test("a record is read plain or compressed", async () => {
  const text = JSON.stringify(record);
  expect(await readRecord(new File([text], "run.json"))).toEqual(record);
  expect(await readRecord(new File([new Uint8Array(gzipSync(text))], "run.json.gz"))).toEqual(record);
});

test("a file that holds no record says so", async () => {
  await expect(readRecord(new File(["<html>"], "page.json"))).rejects.toThrow("page.json");
});

test("a file that unpacks to more than a server takes is refused", async () => {
  const part = new Uint8Array(gzipSync(new Uint8Array(33 * 2 ** 20)));
  await expect(readRecord(new File([part], "bomb.json.gz"))).rejects.toThrow("32 MB");
});
