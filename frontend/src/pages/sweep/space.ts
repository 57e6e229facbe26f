import type { SweepCreate, Trial } from "../../api/sweeps";
import { isObject } from "../../form/paths";
import { decimal } from "../../format/numbers";

type Searched = SweepCreate["space"][string];

/** A setting that is searched, as it is typed. */
export interface SearchedRow {
  id: number;
  path: string;
  type: "float" | "int" | "choice";
  low: string;
  high: string;
  log: boolean;
  points: string;
  choices: string;
}

/** The dotted paths of all settings of a configuration. */
export function leaves(config: unknown, above = ""): string[] {
  if (!isObject(config)) return above ? [above] : [];
  return Object.entries(config).flatMap(([name, value]) => leaves(value, above ? `${above}.${name}` : name));
}

/** The range or the choices of a row; what is no number is sent as it is, for the server to name. */
export function searchedOf(row: SearchedRow, grid: boolean): Searched {
  if (row.type === "choice") return { type: "choice", log: false, choices: choicesOf(row.choices) };
  const points = grid && row.points.trim() !== "" ? { points: numberOf(row.points) } : {};
  return { type: row.type, low: numberOf(row.low), high: numberOf(row.high), log: row.log, choices: [], ...points };
}

/** Of rows with the same path the last one counts. */
export function spaceOf(rows: SearchedRow[], grid: boolean): SweepCreate["space"] {
  return Object.fromEntries(rows.map((row) => [row.path.trim(), searchedOf(row, grid)]));
}

/** `tanh, relu`, or numbers, true and null, each read as JSON if it is some. */
export function choicesOf(text: string): (string | number | boolean | null)[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      try {
        const value: unknown = JSON.parse(part);
        return typeof value === "object" && value !== null ? part : (value as string | number | boolean | null);
      } catch {
        return part;
      }
    });
}

const numberOf = (text: string): number | null => (text.trim() === "" ? null : Number(text.trim()));

/** What the server found wrong with a row, by the part that it is about; empty for the path itself. */
export function errorsOf(errors: { field: string; message: string }[], path: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { field, message } of errors) {
    const name = `space.${path}`;
    if (field === name) found.path = message;
    else if (field.startsWith(`${name}.`)) found[field.slice(name.length + 1).split(".")[0] ?? ""] = message;
  }
  return found;
}

/** A value of a setting, or of the objective, as text. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return Math.abs(value) < 0.01 ? value.toPrecision(3) : decimal(value);
}

/** Trials with the highest value first; those without one keep their order at the end. */
export const byValue = (trials: readonly Trial[]): Trial[] =>
  [...trials].sort((one, other) => (other.value ?? Number.NEGATIVE_INFINITY) - (one.value ?? Number.NEGATIVE_INFINITY));

/** Five seeds that are no tuning seeds. */
export function freshSeeds(tuning: readonly number[]): string {
  const first = Math.ceil((Math.max(0, ...tuning) + 1) / 100) * 100;
  return `${first}-${first + 4}`;
}
