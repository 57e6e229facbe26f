import { List, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { plateausQuery } from "../../../api/queries";
import type { Plateau, PlateauReplay, Run } from "../../../api/types";
import { count, decimal, many, percent } from "../../../format/numbers";

/** Every detection of criterion H in words. */
export function Plateaus({ run }: { run: Run }) {
  const plateaus = useQuery(plateausQuery(run.id)).data ?? [];
  if (plateaus.length === 0) return null;
  return (
    <List size="sm" mt="xs" c="dimmed" aria-label="Plateaus">
      {plateaus.map((plateau) => (
        <List.Item key={plateau.id}>
          <Text span size="sm">
            {inWords(plateau)}
          </Text>
        </List.Item>
      ))}
    </List>
  );
}

const METRIC: Record<string, string> = { return: "return", success: "success rate" };

export function inWords(plateau: Plateau): string {
  return (
    `Plateau since epoch ${plateau.start_epoch} (${count(plateau.start_steps)} steps), detected at epoch ` +
    `${plateau.detected_epoch} (${count(plateau.detected_steps)} steps). The smoothed ${METRIC[plateau.metric] ?? plateau.metric} was ` +
    `${decimal(plateau.value)} and reached at most ${decimal(plateau.best_later)} afterwards; the margin is ` +
    `${decimal(plateau.margin)}, the window ${many(plateau.window, "epoch")}.${bound(plateau)}${hindsight(plateau)}`
  );
}

function bound(plateau: Plateau): string {
  if (plateau.rise_bound == null) return "";
  return ` Upper confidence bound of the rise within the window: ${decimal(plateau.rise_bound)}.`;
}

const SHORT = 0.2; // of a run; docs/plateau.md, "A plateau of what?", has the evidence

/** What to bear in mind about a plateau that covers little of a run of `total` steps; undefined if it covers enough. */
export function caution(plateau: Plateau, total: number): string | undefined {
  const share = (plateau.detected_steps - plateau.start_steps) / total;
  if (share >= SHORT) return undefined;
  return (
    `The plateau covers ${percent(share)} of the run's steps. One that covers less than a fifth often passes if the ` +
    "generalist trains on."
  );
}

/** A baseline trains on after a plateau, which shows whether stopping there would have been right. */
function hindsight(plateau: Plateau): string {
  if (plateau.rose_later == null) return "";
  return plateau.rose_later
    ? " The curve rose later, so stopping here would have been too early."
    : " The curve has not risen since.";
}

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
  const compared = comparedWith(first.detected_steps, actual);
  return `${when}${compared}. ${costOf(first.detected_steps, total_steps)}${LATER[String(first.rose_later)]}${mean}`;
}

/** What stopping there leaves of the run's budget. */
function costOf(detected: number, total: number): string {
  const left = Math.max(0, total - detected);
  return `That leaves ${count(left)} steps (${percent(left / total)}) for the evaluation, specialists and fine-tuning.`;
}

function comparedWith(steps: number, actual: number | undefined): string {
  if (actual === undefined) return "";
  if (steps === actual) return ", as it did";
  return `, ${count(Math.abs(steps - actual))} steps ${steps < actual ? "earlier" : "later"} than it did`;
}
