// Before the first paint, so that a dark page never flashes white; Mantine takes over from here.
const stored = localStorage.getItem("mantine-color-scheme-value") || "auto";
const dark = stored === "dark" || (stored === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset.mantineColorScheme = dark ? "dark" : "light";
