import type { GateApprove, GateProposal, StartMode } from "../../../api/types";
import { label } from "../../../form/label";

const STARTS: StartMode[] = ["clone", "clone_fresh_head", "scratch"];

export const START_MODES = STARTS.map((value) => ({ value, label: label(value) }));

/** A proposal while a person changes it. */
export interface Edits {
  partition: number[][];
  specialist_steps: number;
  start: StartMode;
}

export const editsOf = (proposal: GateProposal): Edits => ({
  partition: proposal.partition.map((part) => [...part]),
  specialist_steps: proposal.specialist_steps,
  start: proposal.start,
});

const without = (partition: number[][], variation: number) =>
  partition.map((part) => part.filter((other) => other !== variation));

/** Put a variation with one specialist (by its place), wherever it was before; null leaves it out. */
export function assign(partition: number[][], variation: number, place: number | null): number[][] {
  return without(partition, variation).map((part, index) => (index === place ? [...part, variation] : part));
}

/** More specialists take from those that have most; the variations of those that go join those that have least. */
export function resize(partition: number[][], count: number): number[][] {
  let parts = partition.map((part) => [...part]);
  while (parts.length < count) parts = grow(parts);
  const homeless = parts.slice(count).flat();
  parts = parts.slice(0, count);
  for (const variation of homeless) smallest(parts)?.push(variation);
  return parts;
}

function grow(parts: number[][]): number[][] {
  const largest = parts.reduce((best, part, index) => (part.length > (parts[best]?.length ?? 0) ? index : best), 0);
  const giver = parts[largest];
  if (!giver || giver.length < 2) return [...parts, []];
  const half = Math.ceil(giver.length / 2);
  return [...parts.map((part, index) => (index === largest ? part.slice(0, half) : part)), giver.slice(half)];
}

function smallest(parts: number[][]): number[] | undefined {
  return parts.reduce<number[] | undefined>(
    (best, part) => (best && best.length <= part.length ? best : part),
    undefined,
  );
}

export interface Consequences {
  specialists: number;
  variations: number;
  /** One specialist and its demonstrations each, and the generalist's demonstrations. */
  jobs: number;
  steps: number;
  /** For demonstrations and fine-tuning. */
  left: number;
  largest: number;
  smallest: number;
}

export function consequences(edits: Edits, leftSteps: number): Consequences {
  const sizes = edits.partition.map((part) => part.length);
  const steps = sizes.length * edits.specialist_steps;
  return {
    specialists: sizes.length,
    variations: sizes.reduce((sum, size) => sum + size, 0),
    jobs: 2 * sizes.length + 1,
    steps,
    left: leftSteps - steps,
    largest: Math.max(0, ...sizes),
    smallest: Math.min(...(sizes.length ? sizes : [0])),
  };
}

/** Why the edits cannot be approved; the server checks them again. */
export function problemsOf(edits: Edits, leftSteps: number, epochSteps: number): string[] {
  const problems = [];
  const empty = edits.partition.flatMap((part, index) => (part.length === 0 ? [index + 1] : []));
  if (edits.partition.length === 0) problems.push("Add at least one specialist.");
  if (empty.length > 0)
    problems.push(`No variation is assigned to specialist ${empty.join(", ")}. Assign one or use fewer specialists.`);
  if (edits.specialist_steps < epochSteps)
    problems.push(`A specialist needs at least one epoch (${epochSteps} steps).`);
  if (consequences(edits, leftSteps).left <= 0) problems.push("The specialists need more steps than are left.");
  return problems;
}

/** Only what differs from the proposal is sent: the rest is approved as proposed. */
export function approval(edits: Edits, proposal: GateProposal, reason: string): GateApprove {
  const samePartition = JSON.stringify(edits.partition) === JSON.stringify(proposal.partition);
  return {
    partition: samePartition ? null : edits.partition,
    specialist_steps: edits.specialist_steps === proposal.specialist_steps ? null : edits.specialist_steps,
    start: edits.start === proposal.start ? null : edits.start,
    reason,
  };
}

export const isEdited = (edits: Edits, proposal: GateProposal): boolean => {
  const body = approval(edits, proposal, "");
  return Boolean(body.partition || body.specialist_steps || body.start);
};
