import { useQuery } from "@tanstack/react-query";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useRef, useState } from "react";
import type { RunsFilter } from "../../api/queries";
import { runsQuery, STEP } from "../../api/run-list";
import type { RunSummary } from "../../api/types";

/** The runs that are in view, of a list as long as it may be: what is scrolled to is fetched, and nothing else. */
export function useRunWindow(filter: RunsFilter, rowHeight: number) {
  const list = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const [offset, setOffset] = useState(0);
  const query = useQuery(runsQuery(filter, offset));
  const page = query.data;
  useLayoutEffect(() => {
    if (list.current) setMargin(list.current.getBoundingClientRect().top + window.scrollY);
  });
  const rows = useWindowVirtualizer({
    count: page?.total ?? 0,
    estimateSize: () => rowHeight,
    overscan: 6,
    scrollMargin: margin,
    onChange: (shown) => {
      const first = shown.range?.startIndex ?? 0;
      setOffset(Math.floor(first / STEP) * STEP);
    },
  });
  /** Undefined while it is fetched. */
  const run = (index: number): RunSummary | undefined => page?.items[index - page.offset];
  return { query, page, list, rows, run, margin };
}

export type RunWindow = ReturnType<typeof useRunWindow>;

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
