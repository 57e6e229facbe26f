const UNITS: [number, string][] = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

const WHOLE = new Intl.NumberFormat("en"); // made once: making one takes longer than a row of the list of runs

/** 2_000_000 -> "2.0 M"; below ten thousand the digits stay. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size < 10_000) return WHOLE.format(Math.round(value));
  // 999_950 rounds to the next unit rather than to "1000.0 k"
  const [unit, name] = UNITS.find(([unit]) => size >= unit * 0.99995) ?? [1e3, "k"];
  const scaled = value / unit;
  return `${scaled.toFixed(Math.abs(scaled) < 99.95 ? 1 : 0)} ${name}`;
}

/** A return or rate with about three significant digits. */
export function decimal(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 10_000) return count(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2).replace(/^-(0(\.0+)?)$/, "$1");
}

/** A score, or its deviation, with the digits that papers print. */
export function estimate(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return Math.abs(value) >= 10 ? decimal(value) : value.toFixed(3).replace(/^-(0\.0+)$/, "$1");
}

export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  return `${Math.round(share * 100)} %`;
}

export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = size < 1 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), units.length - 1);
  return `${(size / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** "1 job", "3 jobs" */
export function many(number: number, noun: string): string {
  return `${WHOLE.format(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** A unit as it follows the number: "epochs", after a 1 "epoch"; "s" and "steps/s" stay. */
export function unitOf(unit: string, number: unknown): string {
  if (number !== 1 || !/^[a-z ]{2,}s$/i.test(unit)) return unit;
  return unit.replace(/(ss|ch)es$/, "$1").replace(/([^s])s$/, "$1");
}

/** The same text with a capital letter. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
