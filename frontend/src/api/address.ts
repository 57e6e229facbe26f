const written = globalThis.document?.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content;

/** The path below which page and API are: "" at the root, or like "/gsl"; the server writes it into the page. */
export const basePath = (written ?? "/").replace(/\/$/, "");

/** The address of something that the server has, such as "/api/v1/stream", wherever the server is. */
export const served = (path: string) => basePath + path;

/** The same place below the base path: whoever opens the server itself, without its proxy, gets the same page. */
export const below = (base: string, path: string) =>
  path === base || path.startsWith(`${base}/`) ? path : base + path;

const location = globalThis.location;
const PAGES: Record<string, "approval" | "shared"> = {
  [`${basePath}/approve`]: "approval",
  [`${basePath}/shared`]: "shared",
};

/** A link to one of them, at the address at which the page is open now. */
export const linkTo = (page: "approve" | "shared", secret: string) =>
  `${location.origin}${served(`/${page}`)}#${secret}`;

/** Which kind of link opened the page, if one did; nobody needs to be signed in then. */
export const link = location ? (PAGES[below(basePath, location.pathname)] ?? null) : null;

/** The secret of that link: it is behind the #, which browsers send to no server. */
export const secret = link ? location.hash.slice(1) : "";

// Another link that is opened in the same tab changes nothing but what is behind the #.
if (link) globalThis.addEventListener("hashchange", () => location.reload());
