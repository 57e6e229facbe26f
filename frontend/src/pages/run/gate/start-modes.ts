import type { StartMode } from "../../../api/types";

export const START_MODES: { value: StartMode; label: string }[] = [
  { value: "clone", label: "Clone of the generalist" },
  { value: "clone_fresh_head", label: "Clone with a fresh policy head" },
  { value: "scratch", label: "From nothing" },
];

export const startLabel = (start: StartMode) => START_MODES.find(({ value }) => value === start)?.label ?? start;
