import { type CSSVariablesResolver, darken, lighten, luminance, type MantineTheme } from "@mantine/core";

/** The contrast that WCAG 2.2 asks of text (1.4.3, AA), and a little more, because colours are rounded. */
const ENOUGH = 4.6;
const STEP = 0.04;
const [LIGHT_PAGE, DARK_CARD] = ["#f6f7fa", "#2e2e2e"]; // the surfaces on which text has the least contrast

/** Mantine's own colours of text, made readable in both colour schemes; its shades stay as they are. */
export const readableColors: CSSVariablesResolver = (theme) => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": readable(theme.colors.gray[6], LIGHT_PAGE, darken),
    ...ofAll(theme, (shades) => ({ text: shades[6], behind: shades[2], filled: shades[6] }), darken),
  },
  dark: {
    "--mantine-color-dimmed": readable(theme.colors.dark[2], DARK_CARD, lighten),
    "--mantine-color-anchor": readable(theme.colors[theme.primaryColor]?.[4] ?? "#fff", DARK_CARD, lighten),
    ...ofAll(theme, (shades) => ({ text: shades[4], behind: DARK_CARD, filled: shades[7] }), lighten),
  },
});

type Shades = MantineTheme["colors"][string];
type Change = typeof darken;

/** Text in a colour, on the pale background of the same colour too, hovered or not; and the background of white text. */
function ofAll(
  theme: MantineTheme,
  choose: (shades: Shades) => { text: string; behind: string; filled: string },
  change: Change,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, shades] of Object.entries(theme.colors)) {
    if (name === "dark") continue;
    const { text, behind, filled } = choose(shades);
    const shown = readable(text, behind, change);
    for (const use of ["text", "outline", "light-color"]) found[`--mantine-color-${name}-${use}`] = shown;
    const full = readable(filled, "#ffffff", darken);
    found[`--mantine-color-${name}-filled`] = full;
    found[`--mantine-color-${name}-filled-hover`] = darken(full, 0.1);
  }
  return found;
}

/** The colour, changed in small steps until it has enough contrast to what is behind it. */
export function readable(color: string, behind: string, change: Change): string {
  for (let amount = 0; amount < 1; amount += STEP) {
    const changed = amount === 0 ? color : change(color, amount);
    if (contrast(changed, behind) >= ENOUGH) return changed;
  }
  return change(color, 1);
}

export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
