import { useHotkeys } from "@mantine/hooks";
import { useMemo } from "react";
import { useAddress } from "../../../routing/useAddress";
import { formatChoice, parseChoice } from "./choice";

/** Which variations the figures and tables of a run follow: those in the URL, else all. */
export function useChoice() {
  const { params, change } = useAddress();
  const asked = params.get("variations") ?? "";
  const chosen = useMemo(() => parseChoice(asked), [asked]);
  /** Null, none, or what is chosen already clears the choice. */
  const choose = (variations: Iterable<number> | null) => {
    const text = formatChoice(variations ?? []);
    change({ variations: text === asked ? null : text });
  };
  return { text: chosen ? asked : "", chosen, choose };
}

/** Escape clears the choice, unless something else has the key. */
export function useEscape() {
  const { chosen, choose } = useChoice();
  useHotkeys([["Escape", () => chosen && choose(null), { preventDefault: false }]]);
}

/** Into how many clusters the variations are put; null: into none. */
export function useClusters() {
  const { params, change } = useAddress();
  const asked = Number(params.get("clusters"));
  const clusters = Number.isInteger(asked) && asked >= 2 && asked <= 32 ? asked : null;
  const setClusters = (next: number | null) => change({ clusters: next === null ? null : String(next) });
  return { clusters, setClusters };
}
