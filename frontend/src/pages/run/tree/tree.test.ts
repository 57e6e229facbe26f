import { expect, test } from "vitest";
import type { TreeNode } from "../../../api/types";
import {
  addressOf,
  isFolded,
  isOnPath,
  partsOf,
  shareOf,
  stateText,
  stepsText,
  timeText,
  unfoldable,
  variationsOf,
} from "./tree";

const node = (changes: Partial<TreeNode>): TreeNode => ({
  key: "a",
  kind: "specialist",
  title: "Specialist 3",
  cycle: 1,
  number: 3,
  state: "done",
  detail: "",
  spent_steps: 50,
  budget_steps: 100,
  measurement_steps: 0,
  eta_seconds: null,
  best: null,
  best_of: "",
  spread: null,
  critical: false,
  jobs: [],
  gate_id: null,
  run_id: null,
  variations: [],
  children: [],
  ...changes,
});

test("parts lead to what they are of", () => {
  expect(addressOf(node({ jobs: [4, 9] }), 7)).toBe("/runs/7?tab=jobs&job=9");
  expect(addressOf(node({ kind: "gate", gate_id: 3 }), 7)).toBe("/runs/7?tab=gate&gate=3");
  expect(addressOf(node({ kind: "fork", run_id: 9 }), 7)).toBe("/runs/9");
  expect(addressOf(node({ kind: "plateau", jobs: [4] }), 7)).toBe("/runs/7");
  expect(addressOf(node({ kind: "finetune", state: "pending" }), 7)).toBeNull();
  expect(addressOf(node({ kind: "origin" }), 7)).toBeNull();
  expect(variationsOf(node({ variations: [3, 1, 2, 8] }), 7)).toBe("/runs/7?tab=variations&variations=1-3,8");
});

test("many branches are folded, all but the critical one", () => {
  const children = Array.from({ length: 75 }, (_, place) => node({ key: `${place}`, critical: place === 6 }));
  const specialists = node({ kind: "specialists", children });
  expect(isFolded(specialists)).toBe(true);
  expect(unfoldable(specialists).map((child) => child.key)).toEqual(["6"]);
  expect(isFolded(node({ children: children.slice(0, 4) }))).toBe(false);
  expect(isFolded(node({ kind: "cycle", state: "pending", children: children.slice(0, 4) }))).toBe(true);
});

test("the path leads through a gate that was passed", () => {
  expect(isOnPath(node({ kind: "gate", state: "done" }))).toBe(true);
  expect(isOnPath(node({ kind: "gate", state: "active" }))).toBe(false);
  expect(isOnPath(node({}))).toBe(false);
});

test("a share is of the budget while it works, and whole at its end", () => {
  expect(shareOf(node({}))).toBe(1);
  expect(shareOf(node({ state: "active" }))).toBe(0.5);
  expect(shareOf(node({ state: "active", spent_steps: 300 }))).toBe(1);
  expect(shareOf(node({ budget_steps: 0 }))).toBeNull();
});

test("steps say what they are of", () => {
  expect(stepsText(node({}))).toBe("50 of 100 steps");
  expect(stepsText(node({ state: "pending", spent_steps: 0 }))).toBe("100 steps");
  expect(stepsText(node({ spent_steps: 300 }))).toBe("300 steps");
  expect(stepsText(node({ spent_steps: 0, budget_steps: 0, measurement_steps: 40 }))).toBe("40 steps measured");
  expect(stepsText(node({ kind: "gate", spent_steps: 0, budget_steps: 0 }))).toBe("");
});

test("the time left is the server's, or unknown", () => {
  expect(timeText(node({ state: "active", eta_seconds: 200 }))).toBe("3 min 20 s left");
  expect(timeText(node({ state: "active" }))).toBe("time left unknown");
  expect(timeText(node({ state: "pending" }))).toBe("");
  expect(timeText(node({ state: "pending", eta_seconds: 60 }))).toBe("takes 1 min");
  expect(timeText(node({ kind: "fork", state: "active" }))).toBe("");
});

test("a gate says what it waits for instead of being at work", () => {
  const gate = { kind: "gate", state: "active", detail: "waits for a decision: 7 specialists proposed" } as const;
  expect(stateText(node(gate))).toBe(gate.detail);
  expect(stateText(node({ kind: "gate", state: "cancelled", detail: "never decided" }))).toBe(
    "cancelled · never decided",
  );
  expect(stateText(node({ kind: "plateau", detail: "since epoch 1" }))).toBe("since epoch 1");
  expect(stateText(node({ state: "failed", detail: "no disk" }))).toBe("failed · no disk");
});

test("what is folded is counted by its kind", () => {
  const plateaus = Array.from({ length: 13 }, (_, place) => node({ key: `${place}`, kind: "plateau" }));
  expect(partsOf(node({ children: plateaus }))).toBe("13 plateaus");
  expect(partsOf(node({ children: [...plateaus, node({ kind: "fork" })] }))).toBe("14 parts");
  const spread = { specialists: 75, done: 3, worst: null, median: null, best: null };
  expect(partsOf(node({ kind: "specialists", spread }))).toBe("75 specialists");
});
