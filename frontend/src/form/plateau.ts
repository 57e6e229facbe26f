import type { PlateauSettings } from "../api/types";
import { many, percent } from "../format/numbers";
import { setIn } from "./paths";

/** The settings of criterion H that a replay can change. */
const NUMBERS = ["window", "margin", "sigma", "confidence", "min_epochs"] as const;
const CHOICES = { metric: ["return", "success"], margin_mode: ["fraction", "absolute"] } as const;
const PREFIX = "plateau.";

/** What criterion H begins with. */
export const USUAL: PlateauSettings = {
  metric: "return",
  sigma: 3,
  window: 20,
  margin: 0.05,
  margin_mode: "fraction",
  confidence: 0.95,
  min_epochs: 20,
  rewind: false,
};

/** The settings as parameters of an address. */
export function inAddress(settings: PlateauSettings): string {
  const names = [...NUMBERS, ...(Object.keys(CHOICES) as (keyof typeof CHOICES)[])];
  return new URLSearchParams(names.map((name) => [PREFIX + name, String(settings[name])])).toString();
}

/** The settings that an address has; null if it has none. What cannot be read is left out. */
export function fromAddress(params: URLSearchParams): Partial<PlateauSettings> | null {
  const read = (name: string) => params.get(PREFIX + name);
  const numbers = NUMBERS.flatMap((name) => {
    const value = read(name);
    return value && Number.isFinite(Number(value)) ? [[name, Number(value)]] : [];
  });
  const choices = Object.entries(CHOICES).flatMap(([name, known]) => {
    const value = read(name);
    return (known as readonly (string | null)[]).includes(value) ? [[name, value]] : [];
  });
  const found = Object.fromEntries([...numbers, ...choices]);
  return Object.keys(found).length > 0 ? found : null;
}

/** A configuration with other settings of criterion H. */
export function withPlateau(config: Record<string, unknown>, settings: Partial<PlateauSettings> | null) {
  return Object.entries(settings ?? {}).reduce((next, [name, value]) => setIn(next, ["plateau", name], value), config);
}

export function plateauInWords({ metric, window, margin, margin_mode, sigma, confidence }: PlateauSettings): string {
  const least = margin_mode === "fraction" ? `${percent(margin)} of the range` : margin;
  const of = metric === "success" ? "success rate" : "return";
  return `H on ${of} with a window of ${many(window, "epoch")}, margin ${least}, smoothing ${sigma}, confidence ${percent(confidence)}`;
}
