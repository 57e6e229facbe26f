import { List, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { plateausQuery } from "../../../api/queries";
import type { Plateau, Run } from "../../../api/types";
import { count, figure } from "../../../format/numbers";

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

export function inWords(plateau: Plateau): string {
  return (
    `Plateau from epoch ${plateau.start_epoch} (${count(plateau.start_steps)} steps), known at epoch ` +
    `${plateau.detected_epoch} (${count(plateau.detected_steps)} steps): smoothed ${plateau.metric} ` +
    `${figure(plateau.value)}, later at most ${figure(plateau.best_later)}, margin ${figure(plateau.margin)}, ` +
    `window ${plateau.window} epochs.${bound(plateau)}${hindsight(plateau)}`
  );
}

function bound(plateau: Plateau): string {
  if (plateau.rise_bound == null) return "";
  return ` Upper confidence bound of the rise within the window: ${figure(plateau.rise_bound)}.`;
}

/** A baseline goes on after a plateau, so that one can see whether stopping there would have been right. */
function hindsight(plateau: Plateau): string {
  if (plateau.rose_later == null) return "";
  return plateau.rose_later
    ? " The curve rose later: stopping here would have been too early."
    : " The curve has not risen since.";
}
