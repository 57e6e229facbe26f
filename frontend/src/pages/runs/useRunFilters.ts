import { useCallback, useMemo } from "react";
import type { RunsFilter } from "../../api/queries";
import type { Grouping } from "../../api/run-list";
import type { RunViewContent } from "../../api/types";
import { changed, useAddress } from "../../routing/useAddress";
import { toggled } from "./listing";

export type FilterName =
  | "search"
  | "status"
  | "tag"
  | "suite"
  | "owner"
  | "project"
  | "sort"
  | "columns"
  | "group"
  | "open";

export const NEWEST = "-created_at";
const MOST_OPENED = 100; // that the API opens
const FILTERS: FilterName[] = ["search", "status", "tag", "suite", "owner", "project"];
const UNKNOWN = { page: null }; // of addresses from before the list was scrolled

/** Query, filters, columns, order and groups live in the URL, so that a view can be shared and gone back to. */
export function useRunFilters() {
  const { params, change, rewrite } = useAddress();
  const address = params.toString();
  const filter = useMemo(() => filterOf(new URLSearchParams(address)), [address]);
  const grouping = useMemo(() => groupingOf(new URLSearchParams(address)), [address]);
  const set = useCallback(
    (name: FilterName, value: string | null) => change({ [name]: value, ...UNKNOWN }, { replace: name === "search" }),
    [change],
  );
  const open = useCallback(
    ({ query, columns, sort, by_experiment }: RunViewContent) => {
      const group = by_experiment ? "experiment" : null;
      rewrite(() => changed(new URLSearchParams(), { search: query, columns: columns.join(","), sort, group }));
    },
    [rewrite],
  );
  const clear = useCallback(
    () => change({ ...Object.fromEntries(FILTERS.map((name) => [name, null])), ...UNKNOWN }),
    [change],
  );
  const toggle = useCallback(
    (experiment: number) =>
      rewrite((now) => changed(now, { open: toggled(groupingOf(now).opened, experiment).join(",") })),
    [rewrite],
  );
  return { filter, grouping, set, open, clear, toggle, filtered: FILTERS.some((name) => params.get(name)) };
}

/** What the server is asked for. */
export function filterOf(params: URLSearchParams): RunsFilter {
  const read = (name: FilterName) => params.get(name) || undefined;
  return {
    q: read("search"),
    status: read("status"),
    tag: read("tag"),
    suite: read("suite"),
    owner: read("owner"),
    project_id: Number(read("project")) || undefined,
    sort: read("sort") ?? NEWEST,
    columns: read("columns")?.split(",").filter(Boolean),
  };
}

/** How the list is grouped; `open` has the numbers of experiments. */
export function groupingOf(params: URLSearchParams): Grouping {
  const byExperiment = params.get("group") === "experiment";
  const opened = (params.get("open") ?? "").split(",").map(Number);
  const ids = opened.filter((id) => Number.isSafeInteger(id) && id > 0);
  return { byExperiment, opened: byExperiment ? ids.slice(0, MOST_OPENED) : [] };
}
