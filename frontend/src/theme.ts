import { createTheme, type MantineColorsTuple, Pagination } from "@mantine/core";
import type { Phase, Role, RunStatus } from "./api/types";

const brand: MantineColorsTuple = [
  "#eef0fd", "#dadff7", "#b3bbec", "#8a96e2", "#6877d9", "#5363d4", "#4857d0", "#3a48b8", "#323fa5", "#283592",
]; // biome-ignore format: ten shades, light to dark

export const theme = createTheme({
  primaryColor: "brand",
  primaryShade: { light: 6, dark: 5 },
  colors: { brand },
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
  fontFamily: "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  headings: { fontWeight: "650" },
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } }, // it is no item, as all in a menu must be
    // What can be scrolled can be scrolled by keyboard, also where nothing in it can be focused.
    ScrollAreaAutosize: { defaultProps: { viewportProps: { tabIndex: 0 } } },
    TableScrollContainer: { defaultProps: { scrollAreaProps: { viewportProps: { tabIndex: 0 } } } },
    Pagination: Pagination.extend({
      defaultProps: { getControlProps: (control) => ({ "aria-label": `${control} page` }) },
    }),
  },
});

/** The hues of the figures, so that a phase looks the same in a badge and in a curve. */
export const PHASE_COLOR: Record<Phase, string> = {
  generalist: "blue",
  evaluation: "gray",
  gate: "grape",
  specialists: "orange",
  finetune: "teal",
  final_evaluation: "gray",
  continuation: "cyan",
};

export const PHASE_LABEL: Record<Phase, string> = {
  generalist: "Generalist",
  evaluation: "Evaluation",
  gate: "Gate",
  specialists: "Specialists",
  finetune: "Fine-tuning",
  final_evaluation: "Last evaluation",
  continuation: "Continued",
};

export const STATUS_COLOR: Record<RunStatus, string> = {
  queued: "gray",
  generalist: "blue",
  evaluation: "blue",
  awaiting_approval: "grape",
  specialists: "orange",
  finetune: "teal",
  succeeded: "green",
  failed: "red",
  cancelled: "gray",
  paused: "yellow",
};

export const STATUS_LABEL: Record<RunStatus, string> = {
  queued: "Queued",
  generalist: "Generalist",
  evaluation: "Evaluation",
  awaiting_approval: "Awaiting approval",
  specialists: "Specialists",
  finetune: "Fine-tuning",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
  paused: "Paused",
};

/** In the order of what they may do. */
export const ROLES: { value: Role; label: string }[] = [
  { value: "viewer", label: "Viewer" },
  { value: "member", label: "Member" },
  { value: "admin", label: "Admin" },
];
