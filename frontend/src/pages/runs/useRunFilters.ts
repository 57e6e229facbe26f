import { useCallback } from "react";
import { useSearchParams } from "react-router";
import { PAGE_SIZE, type RunsFilter } from "../../api/queries";

export type FilterName = "search" | "status" | "tag" | "suite" | "owner" | "project";

/** Filters and page live in the URL, so that a view can be shared and gone back to. */
export function useRunFilters() {
  const [params, setParams] = useSearchParams();
  const page = Math.max(1, Number(params.get("page")) || 1);
  const read = (name: string) => params.get(name) || undefined;
  const filter: RunsFilter = {
    q: read("search"),
    status: read("status"),
    tag: read("tag"),
    suite: read("suite"),
    owner: read("owner"),
    project_id: Number(read("project")) || undefined,
    offset: (page - 1) * PAGE_SIZE,
  };

  const set = useCallback(
    (name: FilterName | "page", value: string | null) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          if (value) next.set(name, value);
          else next.delete(name);
          if (name !== "page") next.delete("page");
          return next;
        },
        { replace: name === "search" },
      ),
    [setParams],
  );
  const clear = useCallback(() => setParams({}), [setParams]);
  const filtered = Boolean(
    filter.q || filter.status || filter.tag || filter.suite || filter.owner || filter.project_id,
  );
  return { filter, page, set, clear, filtered };
}
