const written = globalThis.document?.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content;

/** The path below which page and API are: "" at the root, or like "/gsl"; the server writes it into the page. */
export const basePath = (written ?? "/").replace(/\/$/, "");

/** The address of something that the server has, such as "/api/v1/stream", wherever the server is. */
export const served = (path: string) => basePath + path;

/** The same place below the base path: whoever opens the server itself, without its proxy, gets the same page. */
export const below = (base: string, path: string) =>
  path === base || path.startsWith(`${base}/`) ? path : base + path;
