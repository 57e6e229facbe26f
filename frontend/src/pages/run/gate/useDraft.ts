import { useCallback, useState } from "react";
import type { Gate } from "../../../api/types";
import { type Edits, editsOf, isEdited } from "./edits";

/** What a person has changed in a gate's form and not decided yet. */
export interface Draft {
  edits: Edits;
  reason: string;
}

type Kept = Draft & { proposal: string };
type Subject = Pick<Gate, "id" | "run_id" | "proposal">;

const keyOf = (gate: Subject) => `gsl-gate-${gate.run_id}-${gate.id}`;

/** The draft outlives a reload of the page in this tab, but not a change of the proposal. */
export function useDraft(gate: Gate): [Draft, (draft: Draft) => void] {
  const [draft, setDraft] = useState(() => readDraft(gate));
  const keep = useCallback(
    (next: Draft) => {
      setDraft(next);
      writeDraft(gate, next);
    },
    [gate],
  );
  return [draft, keep];
}

export function readDraft(gate: Subject): Draft {
  const kept = sessionStorage.getItem(keyOf(gate));
  if (kept) {
    const { proposal, ...draft } = JSON.parse(kept) as Kept;
    if (proposal === JSON.stringify(gate.proposal)) return draft;
    dropDraft(gate);
  }
  return { edits: editsOf(gate.proposal), reason: "" };
}

export function writeDraft(gate: Subject, draft: Draft): void {
  if (!draft.reason && !isEdited(draft.edits, gate.proposal)) {
    dropDraft(gate);
    return;
  }
  const kept: Kept = { ...draft, proposal: JSON.stringify(gate.proposal) };
  sessionStorage.setItem(keyOf(gate), JSON.stringify(kept));
}

export function dropDraft(gate: Subject): void {
  sessionStorage.removeItem(keyOf(gate));
}
