/** What somebody is told of by the browser: which runs, and which changes of them are news. Pure but for the storage. */

import type { RunStatus } from "../api/types";

export interface Watched {
  id: number;
  name: string;
  status: RunStatus;
  message: string;
  /** When it was launched or last changed. */
  updated_at: string;
}

export interface News {
  run: number;
  title: string;
  text: string;
  /** Where a click leads. */
  to: string;
  /** The browser shows only the last of one tag. */
  tag: string;
}

const TITLES: Partial<Record<RunStatus, string>> = {
  awaiting_approval: "waits for your decision",
  succeeded: "has ended",
  failed: "has failed",
};

/** Changes since the last look; nothing is news at the first. `since` is when that was, for runs that were not there. */
export function newsOf(before: ReadonlyMap<number, RunStatus> | null, runs: readonly Watched[], since: number): News[] {
  if (before === null) return [];
  return runs.flatMap((run) => {
    const title = TITLES[run.status];
    const was = before.get(run.id);
    const isNew = was === undefined ? Date.parse(run.updated_at) > since : was !== run.status;
    return title && isNew ? [telling(run, title)] : [];
  });
}

function telling(run: Watched, title: string): News {
  const tab = run.status === "awaiting_approval" ? "?tab=gate" : "";
  return {
    run: run.id,
    title: `${run.name} ${title}`,
    text: run.message,
    to: `/runs/${run.id}${tab}`,
    tag: `gsl-run-${run.id}-${run.status}`,
  };
}

const ON = "gsl-notices";
const FOLLOWED = "gsl-followed-runs";
const MOST_FOLLOWED = 20;
const CHANGED = "gsl-notices-changed";

function put(key: string, value: string): void {
  window.localStorage.setItem(key, value);
  window.dispatchEvent(new Event(CHANGED)); // other tabs get `storage`
}

/** Calls back when somebody turns notices on or off, or follows a run, in any tab. */
export function onChange(call: () => void): () => void {
  const events = [CHANGED, "storage"];
  for (const event of events) window.addEventListener(event, call);
  return () => events.forEach((event) => void window.removeEventListener(event, call));
}

export const supported = () => "Notification" in window && "locks" in navigator;
export const blocked = () => supported() && Notification.permission === "denied";
export const isOn = () =>
  supported() && Notification.permission === "granted" && window.localStorage.getItem(ON) === "on";

/** Asks for the browser's permission, which it gives only on a click. */
export async function turn(on: boolean): Promise<void> {
  const allowed = !on || (await Notification.requestPermission()) === "granted";
  put(ON, on && allowed ? "on" : "off");
}

/** Ids as text, because that is what stays the same while nothing changes. */
export const followedText = () => window.localStorage.getItem(FOLLOWED) ?? "";
export const idsOf = (text: string) => text.split(",").filter(Boolean).map(Number);

export function follow(id: number, on: boolean): void {
  const others = idsOf(followedText()).filter((other) => other !== id);
  put(FOLLOWED, (on ? [...others, id] : others).slice(-MOST_FOLLOWED).join());
}
