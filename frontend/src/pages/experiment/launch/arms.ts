import type { FieldError } from "../../../api/problem";
import type { ExperimentLaunch, Preset } from "../../../api/types";
import { changesOf, type PartialConfig } from "../../../form/merge";

/** An arm while it is written; `id` outlives renaming. */
export interface Arm {
  id: number;
  name: string;
  config: PartialConfig;
}

/** Both arms of the usual question. */
export const FIRST_ARMS: Arm[] = [
  { id: 0, name: "GSL", config: {} },
  { id: 1, name: "generalist", config: { arm: "generalist" } },
];

/** The preset's own arms, or those of the usual question. */
export function armsOf(preset: Pick<Preset, "arms">): Arm[] {
  const own = Object.entries(preset.arms).map(([name, config], id) => ({ id, name, config }));
  return own.length > 0 ? own : FIRST_ARMS;
}

/** Runs of an experiment are many, so they do not wait for anybody unless they are told to; the API does the same. */
export const BY_DEFAULT: PartialConfig = { gate: { mode: "auto" } };

/** One more arm, named so that no other is called alike. */
export function withArm(arms: Arm[], like?: Arm): Arm[] {
  const id = Math.max(-1, ...arms.map((arm) => arm.id)) + 1;
  const taken = new Set(arms.map((arm) => arm.name));
  const stem = like ? `${like.name} copy` : "arm";
  let name = like ? stem : `${stem} ${arms.length + 1}`;
  for (let number = 2; taken.has(name); number++) name = `${stem} ${number}`;
  return [...arms, { id, name, config: like?.config ?? {} }];
}

interface Launch {
  preset: string;
  /** The preset's configuration, and what all arms share. */
  base: PartialConfig;
  shared: PartialConfig;
  arms: Arm[];
  seeds: number[];
  tags: string[];
  priority: number;
  workerLabel: string;
}

export function launchBody(launch: Launch): ExperimentLaunch {
  const { preset, base, shared, arms, seeds, tags, priority, workerLabel } = launch;
  return {
    preset,
    config: changesOf(base, shared),
    arms: arms.map(({ name, config }) => ({ name: name.trim(), config })),
    seeds,
    tags,
    priority,
    worker_label: workerLabel,
  };
}

export interface SortedErrors {
  shared: FieldError[];
  /** By the arm's place in what was sent; fields as in a run of its own: `name`, `config.guide.name`. */
  arms: FieldError[][];
  seeds: string | undefined;
}

/** Who each error of a launch is about: an arm (`arms.1.config.guide`), the seeds, or all arms. */
export function sortErrors(errors: FieldError[], arms: number): SortedErrors {
  const sorted: SortedErrors = { shared: [], arms: Array.from({ length: arms }, () => []), seeds: undefined };
  for (const { field, message } of errors) {
    const path = field.replace(/^body\./, "");
    const [, place, rest] = /^arms\.(\d+)\.(.+)$/.exec(path) ?? [];
    const own = place === undefined ? undefined : sorted.arms[Number(place)];
    if (own && rest) own.push({ field: rest, message });
    else if (/^seeds(\.|$)/.test(path)) sorted.seeds = message;
    else sorted.shared.push({ field: path, message });
  }
  return sorted;
}

/** "0-2, 7" -> [0, 1, 2, 7]; null for what is no list of seeds. */
export function parseSeeds(text: string): number[] | null {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  const seeds = parts.map(seedsOf);
  return parts.length > 0 && seeds.every((part) => part !== null) ? seeds.flat() : null;
}

const MOST = 1000;

function seedsOf(part: string): number[] | null {
  const match = /^(\d{1,10})(?:[-–](\d{1,10}))?$/.exec(part);
  if (!match) return null;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  if (last < first || last - first >= MOST) return null;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
