import type { Interval } from "../../api/types";
import { estimate, many } from "../../format/numbers";

/** "0.843 (0.790 to 0.901), 10 seeds"; with too few seeds for an interval "0.843 (2 seeds, no interval)". */
export function withInterval(interval: Interval | null, write: (value: number) => string = estimate): string {
  if (interval === null) return "–";
  const { low, high } = interval;
  const seeds = many(interval.seeds, "seed");
  if (low === null || high === null) return `${write(interval.estimate)} (${seeds}, no interval)`;
  return `${write(interval.estimate)} (${write(low)} to ${write(high)}), ${seeds}`;
}

/** Whether a difference is more than the seeds' noise: its interval leaves out zero. */
export function verdict(difference: Interval | null): "better" | "worse" | "open" {
  if (difference?.low !== undefined && difference.low !== null && difference.low > 0) return "better";
  if (difference?.high !== undefined && difference.high !== null && difference.high < 0) return "worse";
  return "open";
}
