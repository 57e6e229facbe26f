import { renderToStaticMarkup } from "react-dom/server";
import { createMemoryRouter, RouterProvider } from "react-router";
import { describe, expect, it } from "vitest";
import { changed, useAddress } from "./useAddress";

describe("changed", () => {
  it("sets, replaces and takes away, and leaves the old parameters as they were", () => {
    const old = new URLSearchParams("a=1&b=2&c=3");
    const next = changed(old, { a: "9", b: null, c: "", d: "4" });
    expect(next.toString()).toBe("a=9&d=4");
    expect(old.toString()).toBe("a=1&b=2&c=3");
  });
});

type Address = ReturnType<typeof useAddress>;

/** The hook of a page drawn once, at an address, and the router below it. */
function drawn(address: string) {
  let seen: Address | undefined;
  const Page = () => {
    seen = useAddress();
    return null;
  };
  const router = createMemoryRouter([{ path: "/runs/:id", element: <Page /> }], { initialEntries: [address] });
  renderToStaticMarkup(<RouterProvider router={router} />);
  if (!seen) throw new Error("The page was not drawn");
  return { hook: seen, router };
}

describe("useAddress", () => {
  it("keeps both of two changes that one drawn page makes", () => {
    const { hook, router } = drawn("/runs/3?tab=overview&variations=1-4");
    hook.rewrite((now) => changed(now, { tab: "variations" }));
    hook.change({ variations: null });
    expect(router.state.location).toMatchObject({ pathname: "/runs/3", search: "?tab=variations" });
  });

  it("says what the address asked for when the page was drawn", () => {
    expect(drawn("/runs/3?tab=gate").hook.params.get("tab")).toBe("gate");
  });

  it("makes an entry of its own unless it replaces the one before", async () => {
    const { hook, router } = drawn("/runs/3");
    hook.change({ tab: "gate" });
    hook.change({ metric: "return" }, { replace: true });
    expect(router.state.location.search).toBe("?tab=gate&metric=return");
    await router.navigate(-1);
    expect(router.state.location.search).toBe("");
  });
});
