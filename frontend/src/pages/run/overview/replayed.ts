import type { PlateauReplay } from "../../../api/types";
import { count, percent } from "../../../format/numbers";

const LATER: Record<string, string> = {
  true: " The curve rose later, so that would have been too early.",
  false: " The curve has not risen since.",
  null: "",
};

/** What a replay found; `actual` is when the run's own settings detected a plateau, in steps. */
export function inSentences({ detections, epochs, total_steps, by_variation }: PlateauReplay, actual?: number): string {
  if (epochs === 0) return "There is no training to replay yet.";
  const [first] = detections;
  const mean = by_variation
    ? " The run's own H watches means by variation; this replay has means of epochs alone."
    : "";
  if (!first) return `H would not have fired in this training.${mean}`;
  const share = percent(first.detected_steps / total_steps);
  const when = `H would have fired at epoch ${first.detected_epoch}, after ${count(first.detected_steps)} steps, ${share} of the run`;
  return `${when}${comparedWith(first.detected_steps, actual)}.${LATER[String(first.rose_later)]}${mean}`;
}

function comparedWith(steps: number, actual: number | undefined): string {
  if (actual === undefined) return "";
  if (steps === actual) return ", as it did";
  return `, ${count(Math.abs(steps - actual))} steps ${steps < actual ? "earlier" : "later"} than it did`;
}
