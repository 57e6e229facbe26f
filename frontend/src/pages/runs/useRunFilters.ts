import { useCallback, useMemo } from "react";
import type { RunsFilter } from "../../api/queries";
import type { RunViewContent } from "../../api/types";
import { changed, useAddress } from "../../routing/useAddress";

export type FilterName = "search" | "status" | "tag" | "suite" | "owner" | "project" | "sort" | "columns";

export const NEWEST = "-created_at";
const FILTERS: FilterName[] = ["search", "status", "tag", "suite", "owner", "project"];
const UNKNOWN = { page: null }; // of addresses from before the list was scrolled

/** Query, filters, columns and order live in the URL, so that a view can be shared and gone back to. */
export function useRunFilters() {
  const { params, change, rewrite } = useAddress();
  const address = params.toString();
  const filter = useMemo(() => filterOf(new URLSearchParams(address)), [address]);
  const set = useCallback(
    (name: FilterName, value: string | null) => change({ [name]: value, ...UNKNOWN }, { replace: name === "search" }),
    [change],
  );
  const open = useCallback(
    ({ query, columns, sort }: RunViewContent) =>
      rewrite(() => changed(new URLSearchParams(), { search: query, columns: columns.join(","), sort })),
    [rewrite],
  );
  const clear = useCallback(
    () => change({ ...Object.fromEntries(FILTERS.map((name) => [name, null])), ...UNKNOWN }),
    [change],
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
