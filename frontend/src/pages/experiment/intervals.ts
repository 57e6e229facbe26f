import type { Interval } from "../../api/types";
import { estimate } from "../../format/numbers";

/** "0.843 (0.790 to 0.901)"; without its interval where there are too few seeds for one. */
export function withInterval(interval: Interval | null, write: (value: number) => string = estimate): string {
  if (interval === null) return "–";
  const { low, high } = interval;
  const range = low === null || high === null ? "" : ` (${write(low)} to ${write(high)})`;
  return write(interval.estimate) + range;
}

/** Whether a difference is more than the seeds' noise: its interval leaves out zero. */
export function verdict(difference: Interval | null): "better" | "worse" | "open" {
  if (difference?.low !== undefined && difference.low !== null && difference.low > 0) return "better";
  if (difference?.high !== undefined && difference.high !== null && difference.high < 0) return "worse";
  return "open";
}
