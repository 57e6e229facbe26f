import { expect, test } from "vitest";
import type { RunField } from "../../api/types";
import { chosenFields, completed, nextSort, queryOf, shownValue, toggled } from "./listing";
import { filterOf, groupingOf } from "./useRunFilters";

test("a completion replaces what was written of it and keeps what follows", () => {
  expect(completed("sta", 0, 3, "status")).toEqual({ text: "status ", at: 7 });
  expect(completed("sta = failed", 0, 3, "status")).toEqual({ text: "status = failed", at: 7 });
  expect(completed('tag = "two', 6, 10, '"two words"')).toEqual({ text: 'tag = "two words" ', at: 18 });
});

test("query and filters become one query", () => {
  expect(queryOf({})).toBe("");
  expect(queryOf({ q: "a or b" })).toBe("a or b");
  expect(queryOf({ status: "failed", tag: 'a "b"' })).toBe('status = "failed" and tag = "a \\"b\\""');
  expect(queryOf({ q: "a or b", project_id: 3 })).toBe('(a or b) and project = "3"');
});

test("a heading sorts by the greatest, by the least, and then as usual", () => {
  expect(nextSort("-created_at", "score")).toBe("-score");
  expect(nextSort("-score", "score")).toBe("score");
  expect(nextSort("score", "score")).toBeNull();
});

test("the address says what is asked for", () => {
  const filter = filterOf(new URLSearchParams("search=maze&columns=score,learner.name&project=2"));
  expect(filter).toMatchObject({ q: "maze", columns: ["score", "learner.name"], project_id: 2, sort: "-created_at" });
});

test("the address says how the list is grouped", () => {
  const grouping = (address: string) => groupingOf(new URLSearchParams(address));
  expect(grouping("group=experiment&open=4,x,-1,7")).toEqual({ byExperiment: true, opened: [4, 7] });
  expect(grouping("open=4")).toEqual({ byExperiment: false, opened: [] });
  expect(toggled(toggled([], 4), 7)).toEqual([4, 7]);
  expect(toggled([4, 7], 4)).toEqual([7]);
});

test("columns that there are no more are named", () => {
  const fields = [{ name: "score" }] as RunField[];
  expect(chosenFields(["score", "learner.gone"], fields)).toEqual({ fields, gone: ["learner.gone"] });
});

test("values are short", () => {
  expect(shownValue(0.0001, "number")).toBe("1e-4");
  expect(shownValue(0.123456, "number")).toBe("0.1235");
  expect(shownValue(2_000_000, "number")).toBe("2\u2009000\u2009000");
  expect(shownValue(null, "number")).toBe("–");
  expect(shownValue(false, "flag")).toBe("no");
  expect(shownValue("2026-01-31T12:00:09Z", "time")).toBe("2026-01-31 12:00");
  expect(shownValue("lr<3e-4>fast", "text")).toBe("lr<3e-4>fast");
});
