import { expect, it } from "vitest";
import type { RunStatus } from "../api/types";
import { idsOf, newsOf, type Watched } from "./news";

const SINCE = Date.parse("2026-01-01T12:00:00Z");
const run = (id: number, status: RunStatus, updated_at = "2026-01-01T11:00:00Z"): Watched => ({
  id,
  status,
  updated_at,
  name: "maze",
  message: "3 specialists",
});

it("tells nothing at the first look", () => {
  expect(newsOf(null, [run(1, "awaiting_approval")], SINCE)).toEqual([]);
});

it("tells when a run begins to wait, ends or fails, and of nothing else", () => {
  const before = new Map<number, RunStatus>([1, 2, 3, 4, 5].map((id) => [id, "generalist"]));
  const now: Watched[] = (["awaiting_approval", "succeeded", "failed", "cancelled", "evaluation"] as const).map(
    (status, index) => run(index + 1, status),
  );
  expect(newsOf(before, now, SINCE).map(({ title, to }) => [title, to])).toEqual([
    ["maze waits for your decision", "/runs/1?tab=gate"],
    ["maze has ended", "/runs/2"],
    ["maze has failed", "/runs/3"],
  ]);
  expect(newsOf(new Map([[1, "awaiting_approval"]]), [run(1, "awaiting_approval")], SINCE)).toEqual([]);
});

it("tells of a run that was not there before only if it has changed since", () => {
  const before = new Map<number, RunStatus>();
  expect(newsOf(before, [run(1, "failed")], SINCE)).toEqual([]);
  expect(newsOf(before, [run(1, "failed", "2026-01-01T12:00:05Z")], SINCE)).toHaveLength(1);
});

it("reads what is followed", () => {
  expect(idsOf("")).toEqual([]);
  expect(idsOf("3,12")).toEqual([3, 12]);
});
