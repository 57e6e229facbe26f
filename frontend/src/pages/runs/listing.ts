import type { RunsFilter } from "../../api/queries";
import type { RunField, RunSummary } from "../../api/types";

type Value = NonNullable<RunSummary["values"]>[string] | undefined;

/** A value in its cell: few digits, small numbers as powers of ten. */
export function shownValue(value: Value, kind: RunField["kind"]): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return number(value);
  if (kind === "time") return value.slice(0, 16).replace("T", " ");
  return value;
}

function number(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-GB").replaceAll(",", "\u2009");
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e6
    ? value.toExponential(2).replace(/\.?0+e/, "e")
    : String(Number(value.toPrecision(4)));
}

/** The chosen columns that there are, in order, and the names of those that there are no more. */
export function chosenFields(names: readonly string[], fields: readonly RunField[]) {
  const known = new Map(fields.map((field) => [field.name, field]));
  return {
    fields: names.flatMap((name) => known.get(name) ?? []),
    gone: names.filter((name) => !known.has(name)),
  };
}

/** A text as queries have it. */
const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** Query and filters as one query, so that a view keeps all of them. */
export function queryOf({ q, status, tag, suite, owner, project_id }: RunsFilter): string {
  const chosen = Object.entries({ status, tag, suite, owner, project: project_id?.toString() });
  const parts = chosen.flatMap(([field, value]) => (value ? [`${field} = ${quoted(value)}`] : []));
  if (!q) return parts.join(" and ");
  return parts.length === 0 ? q : [`(${q})`, ...parts].join(" and ");
}

/** Puts a completion in place of what was written of it, with a space behind it; and where the cursor is then. */
export function completed(text: string, start: number, at: number, completion: string): { text: string; at: number } {
  const rest = text.slice(at).replace(/^\s+/, "");
  const head = `${text.slice(0, start)}${completion} `;
  return { text: head + rest, at: head.length };
}

/** The experiments that are opened after a click on one. */
export function toggled(opened: readonly number[], id: number): number[] {
  return opened.includes(id) ? opened.filter((other) => other !== id) : [...opened, id];
}

/** What a heading that is clicked sorts by: the greatest first, then the least, then as usual. */
export function nextSort(sort: string | undefined, field: string): string | null {
  if (sort === `-${field}`) return field;
  return sort === field ? null : `-${field}`;
}
