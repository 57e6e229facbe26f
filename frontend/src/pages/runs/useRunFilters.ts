import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { RunsFilter } from "../../api/queries";
import type { RunViewContent } from "../../api/types";

export type FilterName = "search" | "status" | "tag" | "suite" | "owner" | "project" | "sort" | "columns";

export const NEWEST = "-created_at";
const FILTERS: FilterName[] = ["search", "status", "tag", "suite", "owner", "project"];

/** Query, filters, columns and order live in the URL, so that a view can be shared and gone back to. */
export function useRunFilters() {
  const [params, setParams] = useSearchParams();
  const address = params.toString();
  const filter = useMemo(() => filterOf(new URLSearchParams(address)), [address]);
  const set = useCallback(
    (name: FilterName, value: string | null) =>
      setParams((old) => changed(old, { [name]: value }), { replace: name === "search" }),
    [setParams],
  );
  const open = useCallback(
    ({ query, columns, sort }: RunViewContent) =>
      setParams(changed(new URLSearchParams(), { search: query, columns: columns.join(","), sort })),
    [setParams],
  );
  const clear = useCallback(
    () => setParams((old) => changed(old, Object.fromEntries(FILTERS.map((name) => [name, null])))),
    [setParams],
  );
  return { filter, set, open, clear, filtered: FILTERS.some((name) => params.get(name)) };
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

function changed(old: URLSearchParams, values: Partial<Record<FilterName, string | null>>): URLSearchParams {
  const next = new URLSearchParams(old);
  next.delete("page"); // of addresses from before the list was scrolled
  for (const [name, value] of Object.entries(values)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}
