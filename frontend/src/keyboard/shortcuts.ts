/** Which keys do what; `Keyboard.tsx` does it. */

export interface Shortcut {
  keys: readonly string[];
  does: string;
}

/** Pages to which `g` and a letter lead. */
export const JUMPS: Readonly<Record<string, { to: string; page: string }>> = {
  r: { to: "/runs", page: "Runs" },
  e: { to: "/experiments", page: "Experiments" },
  i: { to: "/inbox", page: "Inbox" },
  w: { to: "/workers", page: "Workers" },
  p: { to: "/projects", page: "Projects" },
  a: { to: "/account", page: "Account" },
};

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ["Ctrl", "K"], does: "Search runs, experiments, pages and actions" },
  { keys: ["/"], does: "The same" },
  { keys: ["?"], does: "Show these shortcuts" },
  { keys: ["j"], does: "Next run of the list; on a run's page, open it" },
  { keys: ["k"], does: "Previous run" },
  { keys: ["n"], does: "New run" },
  { keys: ["Ctrl", "Enter"], does: "Launch, in the form of a new run" },
  { keys: ["a"], does: "Approve: goes to the button of an open gate, which Enter presses" },
  ...Object.entries(JUMPS).map(([key, { page }]) => ({ keys: ["g", key], does: `Go to ${page}` })),
];

export type Command =
  | { what: "palette" | "help" | "launch" | "pending" | "nothing" }
  | { what: "step"; by: 1 | -1 }
  | { what: "go"; to: string }
  | { what: "press"; key: string };

interface Pressed {
  key: string;
  /** Ctrl or ⌘. */
  mod: boolean;
  alt: boolean;
  /** Whether the key belongs to a field or to a dialogue that is open. */
  typing: boolean;
  /** Whether `g` was pressed just before. */
  afterG: boolean;
}

const STEPS: Record<string, 1 | -1> = { j: 1, k: -1 };
const NOTHING: Command = { what: "nothing" };

/** What pressed keys ask for. Nothing that somebody types into a field does anything but Ctrl K and Ctrl Enter. */
export function commandOf({ key, mod, alt, typing, afterG }: Pressed): Command {
  if (alt) return NOTHING;
  if (mod) return key === "k" ? { what: "palette" } : key === "Enter" ? { what: "launch" } : NOTHING;
  if (typing) return NOTHING;
  const jump = afterG ? JUMPS[key] : undefined;
  if (jump) return { what: "go", to: jump.to };
  if (key === "g") return { what: "pending" };
  if (key === "/") return { what: "palette" };
  if (key === "?") return { what: "help" };
  const by = STEPS[key];
  if (by) return { what: "step", by };
  return key === "a" || key === "n" ? { what: "press", key } : NOTHING;
}

/** The one before or after; the first if there is no current one, and none beyond the ends. */
export function neighbour<T>(items: readonly T[], current: T | undefined, by: 1 | -1): T | undefined {
  const at = current === undefined ? -1 : items.indexOf(current);
  return at < 0 ? items[0] : items[at + by];
}
