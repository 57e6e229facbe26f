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

/**
 * Specialists for exactly these variations: those that have one keep it, the others join whoever has least.
 * `ids` are in the order in which they are selected.
 */
export function choose(partition: number[][], ids: number[]): number[][] {
  const wanted = new Set(ids);
  const parts = partition.map((part) => part.filter((variation) => wanted.has(variation)));
  const placed = new Set(parts.flat());
  for (const variation of ids) if (!placed.has(variation)) smallest(parts)?.push(variation);
  return parts;
}

/** A variation goes to the specialist before or after its own; there is none before the first. */
export function shift(partition: number[][], variation: number, by: -1 | 1): number[][] {
  const place = partition.findIndex((part) => part.includes(variation)) + by;
  return place >= 0 && place < partition.length ? assign(partition, variation, place) : partition;
}

export interface Scored {
  variation: number;
  mean_return: number;
}

/** The variations whose mean return is below the threshold, lowest first. */
export const below = (variations: Scored[], threshold: number): number[] =>
  variations
    .filter((item) => item.mean_return < threshold)
    .sort((one, other) => one.mean_return - other.mean_return)
    .map((item) => item.variation);

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
