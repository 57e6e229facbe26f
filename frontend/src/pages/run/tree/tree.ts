import type { TreeNode } from "../../../api/types";
import { count, many } from "../../../format/numbers";
import { duration } from "../../../format/time";
import { PHASE_COLOR } from "../../../theme";
import { formatChoice } from "../variations/choice";

/** More branches than these are folded, all but the one on the critical path. */
const MOST = 12;

/** Whether the branches are folded unless somebody opens them; those of a cycle to come are of no interest yet. */
export const isFolded = (node: TreeNode) =>
  node.children.length > MOST || (node.kind === "cycle" && node.state === "pending");

/** What is shown of a folded part. */
export const unfoldable = (node: TreeNode) => node.children.filter((child) => child.critical);

/** Where a part's details are: a gate's tab, the log of its latest job, another run. */
export function addressOf(node: TreeNode, runId: number): string | null {
  const job = node.jobs.at(-1);
  if (node.run_id !== null) return `/runs/${node.run_id}`;
  if (node.gate_id !== null) return `/runs/${runId}?tab=gate&gate=${node.gate_id}`;
  if (node.kind === "plateau") return `/runs/${runId}`;
  if (node.kind === "specialists" && node.children.length > 0)
    return `/runs/${runId}?tab=specialists&cycle=${node.cycle}`;
  return job === undefined ? null : `/runs/${runId}?tab=jobs&job=${job}`;
}

/** The variations tab with those that a specialist trains on chosen. */
export const variationsOf = (node: TreeNode, runId: number) =>
  `/runs/${runId}?tab=variations&variations=${formatChoice(node.variations)}`;

/** The critical path leads through a gate, which spends nothing. */
export const isOnPath = (node: TreeNode) => node.critical || (node.kind === "gate" && node.state === "done");

export const STATE: Record<TreeNode["state"], string> = {
  pending: "to come",
  active: "at work",
  done: "done",
  skipped: "skipped",
  failed: "failed",
  cancelled: "cancelled",
};

/** What a node says beside its title. A gate says what it waits for or who decided; a plateau just is. */
export function stateText(node: TreeNode): string {
  const isGate =
    (node.kind === "gate" || node.kind === "question") && (node.state === "active" || node.state === "done");
  const says = node.kind === "plateau" || node.kind === "origin" || (isGate && node.detail);
  return says ? node.detail : [STATE[node.state], node.detail].filter(Boolean).join(" · ");
}

/** What is folded, and how many: specialists, plateaus of a baseline, or parts of several kinds. */
export function partsOf(node: TreeNode): string {
  if (node.spread) return many(node.spread.specialists, "specialist");
  const alike = node.children.every((child) => child.kind === "plateau");
  return many(node.children.length, alike ? "plateau" : "part");
}

const KINDS: Partial<Record<TreeNode["kind"], string>> = {
  ...PHASE_COLOR,
  specialist: PHASE_COLOR.specialists,
  lowest: PHASE_COLOR.specialists,
  demonstrations: PHASE_COLOR.specialists,
  question: PHASE_COLOR.gate,
};

/** In the hue of its phase; what failed is red. */
export const colourOf = (node: TreeNode) =>
  `var(--mantine-color-${node.state === "failed" ? "red" : (KINDS[node.kind] ?? "gray")}-6)`;

/** How much of a part is behind it, 0 to 1; null where it spends nothing that counts. */
export function shareOf(node: TreeNode): number | null {
  if (node.budget_steps <= 0) return null;
  if (node.state === "done") return 1;
  return Math.min(1, node.spent_steps / node.budget_steps);
}

/** Its steps, of how many if that is known. */
export function stepsText(node: TreeNode): string {
  const { budget_steps: budget, spent_steps: spent, measurement_steps: measured } = node;
  if (budget > 0 && (node.state === "pending" || node.state === "skipped")) return `${count(budget)} steps`;
  if (budget > 0 && spent <= budget) return `${count(spent)} of ${count(budget)} steps`;
  if (spent > 0) return `${count(spent)} steps`;
  return measured > 0 ? `${count(measured)} steps measured` : "";
}

/** Only what the server knows: nothing is estimated here. What is to come takes a time once it begins. */
export function timeText(node: TreeNode): string {
  const { eta_seconds: seconds = null, state } = node;
  if (seconds !== null && state === "pending") return seconds < 0.5 ? "" : `takes ${duration(seconds)}`;
  if (seconds !== null) return `${duration(seconds)} left`;
  return state === "active" && node.budget_steps > 0 && node.kind !== "fork" ? "time left unknown" : "";
}
