// Before the page's own code has arrived.

// So that a dark page never flashes white; Mantine takes over from here.
const stored = localStorage.getItem("mantine-color-scheme-value") || "auto";
const dark = stored === "dark" || (stored === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset.mantineColorScheme = dark ? "dark" : "light";

// What the page will ask for first is under way by then: who is signed in, and the run that it shows.
const { pathname } = window.location;
const [, run] = pathname.match(/\/(runs\/\d+)\/?$/) ?? [];
for (const path of /\/(shared|approve)$/.test(pathname) ? [] : run ? ["session", run] : ["session"]) {
  const { content: base } = document.querySelector('meta[name="base-path"]');
  const link = document.createElement("link");
  Object.assign(link, { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: `${base}api/v1/${path}` });
  document.head.append(link);
}
