import { useCallback, useContext } from "react";
import { UNSAFE_DataRouterContext, useSearchParams } from "react-router";

/** New values of parameters; null and an empty text take a parameter away. */
export type Values = Readonly<Record<string, string | null>>;

/** The parameters with new values. */
export function changed(params: URLSearchParams, values: Values): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(values)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

interface Options {
  /** Whether "back" skips the address before the change, as it should while one types. */
  replace?: boolean;
}

/**
 * What the address asks for, and its change.
 *
 * A change starts from what the address says when it is made, and not, as that of `useSearchParams`, from what the
 * component saw when it was last drawn: of two quick ones, such as a tab's click and Escape, neither is lost.
 */
export function useAddress() {
  const [params] = useSearchParams();
  const router = useContext(UNSAFE_DataRouterContext)?.router; // the only way to the address of this moment
  const rewrite = useCallback(
    (next: (now: URLSearchParams) => URLSearchParams, { replace = false }: Options = {}) => {
      if (!router) throw new Error("The address can be changed below a router alone");
      const now = router.state.navigation.location ?? router.state.location;
      const search = next(new URLSearchParams(now.search)).toString();
      router.navigate({ search: search && `?${search}` }, { replace, preventScrollReset: true });
    },
    [router],
  );
  const change = useCallback(
    (values: Values, options?: Options) => rewrite((now) => changed(now, values), options),
    [rewrite],
  );
  return { params, change, rewrite };
}
