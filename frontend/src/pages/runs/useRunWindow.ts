import { replaceEqualDeep, useQuery } from "@tanstack/react-query";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { RunsFilter } from "../../api/queries";
import { type Grouping, runRowsQuery, STEP } from "../../api/run-list";
import type { RunSummary, RunsRow } from "../../api/types";

/** The rows around what is in view, of a list as long as it may be: what is scrolled to is fetched, nothing else. */
export function useRunWindow(filter: RunsFilter, grouping: Grouping) {
  const list = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  const query = useQuery(runRowsQuery(filter, grouping, offset));
  const known = useRef(new Map<number, RunSummary>());
  const page = useMemo(
    () => query.data && { ...query.data, items: asKnown(query.data.items, known.current) },
    [query.data],
  );
  const show = useCallback((first: number) => setOffset(Math.floor(first / STEP) * STEP), []);
  /** Undefined while it is fetched. */
  const row = (index: number): RunsRow | undefined => page?.items[index - page.offset];
  return { query, page, list, row, show };
}

/** Runs that are on the page before, too, stay the same objects, so that their rows are not drawn again. */
function asKnown(rows: readonly RunsRow[], known: Map<number, RunSummary>): RunsRow[] {
  const kept = rows.map(({ run, ...row }) => ({ ...row, run: run && replaceEqualDeep(known.get(run.id), run) }));
  known.clear();
  for (const { run } of kept) if (run) known.set(run.id, run);
  return kept;
}

export type RunWindow = ReturnType<typeof useRunWindow>;

/** The rows in view. They alone are drawn anew while the list is scrolled, and not the page around them. */
export function useRows({ page, list, show }: RunWindow, rowHeight: number) {
  const margin = useTop(list);
  const rows = useWindowVirtualizer({
    count: page?.total ?? 0,
    estimateSize: () => rowHeight,
    overscan: 6,
    scrollMargin: margin,
    onChange: (shown) => show(shown.range?.startIndex ?? 0),
  });
  return { rows, margin };
}

/** How far below the top of the document an element begins; measured again when something above it may have grown. */
function useTop(element: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (element.current) setTop(element.current.getBoundingClientRect().top + window.scrollY);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return top;
}

/** Runs that are chosen for something that is done to all of them; those that are scrolled away stay chosen. */
export function useSelection() {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const set = useCallback(
    (changed: readonly number[], chosen: boolean) =>
      setIds((old) => {
        const next = new Set(old);
        for (const id of changed) {
          if (chosen) next.add(id);
          else next.delete(id);
        }
        return next;
      }),
    [],
  );
  const clear = useCallback(() => setIds(new Set()), []);
  return { ids, set, clear };
}

export type Selection = ReturnType<typeof useSelection>;
