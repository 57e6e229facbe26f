/** What keys act on, found on the page as it is: any list of runs, and whatever button says its key. */

import { type Command, commandOf } from "./shortcuts";

const RUN = /\/runs\/(\d+)$/;
const FIELDS =
  "input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable=true], [role=menu] *";

/** What the pressed keys ask for, where the focus is. */
export function keysOn(event: KeyboardEvent, afterG: boolean): Command {
  const target = event.target instanceof Element ? event.target : document.body;
  const { key, altKey: alt, isComposing, defaultPrevented } = event;
  if (isComposing || defaultPrevented) return { what: "nothing" };
  const arrow = key === "ArrowDown" ? "j" : key === "ArrowUp" ? "k" : null;
  const onRun = arrow && target instanceof HTMLAnchorElement && listedRuns().includes(target);
  const typing = target.matches(FIELDS) || isVisible("[role=dialog]");
  return commandOf({ key: onRun ? arrow : key, mod: event.ctrlKey || event.metaKey, alt, typing, afterG });
}

/** The first link to each run of the main part that is to be seen. */
export function listedRuns(): HTMLAnchorElement[] {
  const seen = new Set<string>();
  return [...document.querySelectorAll<HTMLAnchorElement>("main a[href]")].filter((link) => {
    if (!RUN.test(link.pathname) || !shown(link) || seen.has(link.pathname)) return false;
    seen.add(link.pathname);
    return true;
  });
}

/** The button that says this key; a key of several words is written as in `aria-keyshortcuts`. */
export const shortcutButton = (key: string) =>
  [...document.querySelectorAll<HTMLElement>(`[aria-keyshortcuts="${key}"]:not([disabled],[data-disabled])`)].find(
    shown,
  );

export const launchButton = () => shortcutButton("Control+Enter");

const LIST = "gsl-list-of-runs";

/** When a run is opened from a list: its neighbours there, for this tab. */
export function remember(event: Event): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || !listedRuns().some(({ pathname }) => pathname === link.pathname)) return;
  if (RUN.test(window.location.pathname)) return; // links between runs are no list
  const ids = listedRuns().map(({ pathname }) => Number(RUN.exec(pathname)?.[1]));
  window.sessionStorage.setItem(LIST, ids.join());
}

export const remembered = (): number[] => (window.sessionStorage.getItem(LIST) ?? "").split(",").map(Number);

const shown = (element: HTMLElement) => element.offsetParent !== null;

function isVisible(selector: string): boolean {
  return [...document.querySelectorAll<HTMLElement>(selector)].some((element) => element.getClientRects().length > 0);
}
