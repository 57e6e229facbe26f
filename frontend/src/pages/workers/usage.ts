import type { components } from "../../api/schema";

type Use = components["schemas"]["WorkerUse"];
type Sample = components["schemas"]["UsageSample"];

/** How far the lines of use may look back, with the minutes that one of their points stands for. */
export const SPANS = [
  { hours: 1, minutes: 1 },
  { hours: 6, minutes: 5 },
  { hours: 24, minutes: 15 },
] as const;

/** The span that the address asks for; the shortest unless it is one of them. */
export const spanOf = (text: string | null) => SPANS.find(({ hours }) => `${hours}` === text) ?? SPANS[0];

export interface Line {
  title: string;
  /** The newest value, as text; empty if the worker says nothing now. */
  now: string;
  /** The value of a sample; null if it has none. */
  of: (use: Use) => number | null;
  /** What there is at most; null if there is no such limit. */
  most: number | null;
}

const GIB = 2 ** 30;
const gib = (bytes: number) => (bytes / GIB).toFixed(1);

/** What is drawn of a machine: processor, memory, each GPU, and the trainer's speed. */
export function linesOf(newest: Use, isNow: boolean): Line[] {
  const { processor, cores, memory_used, memory_total, gpus, steps_per_second: speed } = newest;
  const lines: Line[] = [
    { title: "Processor", now: `${processor.toFixed(1)} of ${cores} cores`, of: (use) => use.processor, most: cores },
    {
      title: "Memory",
      now: `${gib(memory_used)} of ${gib(memory_total)} GiB`,
      of: (use) => use.memory_used,
      most: memory_total,
    },
    ...gpus.flatMap((gpu, place): Line[] => {
      const name = gpus.length > 1 ? `GPU ${place + 1}` : "GPU";
      return [
        {
          title: name,
          now: gpu.use === null ? "not told" : `${Math.round(gpu.use * 100)} %`,
          of: (use) => use.gpus[place]?.use ?? null,
          most: 1,
        },
        {
          title: `${name} memory`,
          now: `${gib(gpu.memory_used)} of ${gib(gpu.memory_total)} GiB`,
          of: (use) => use.gpus[place]?.memory_used ?? null,
          most: gpu.memory_total,
        },
      ];
    }),
    {
      title: "Speed",
      now: speed === null ? "trains nothing" : `${Math.round(speed).toLocaleString("en")} steps/s`,
      of: (use) => use.steps_per_second,
      most: null,
    },
  ];
  return isNow ? lines : lines.map((line) => ({ ...line, now: "" }));
}

/** Means over equal stretches of the last hours until `now`, in milliseconds; null where nothing was said. */
export function binned(samples: Sample[], of: Line["of"], hours: number, minutes: number, now: number) {
  const width = minutes * 60_000;
  const end = Math.floor(now / width) + 1; // bins begin at whole multiples, so that points do not wander
  const count = Math.round((hours * 60) / minutes);
  const bins = Array.from({ length: count }, () => [] as number[]);
  for (const { at, use } of samples) {
    const value = of(use);
    const bin = bins[Math.floor(Date.parse(at) / width) - (end - count)];
    if (bin && value !== null) bin.push(value);
  }
  return bins.map((bin) => (bin.length ? bin.reduce((sum, each) => sum + each, 0) / bin.length : null));
}
