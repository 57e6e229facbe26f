import type { FieldError } from "../api/problem";
import type { Field } from "./field";

export interface PlacedErrors {
  /** By dotted path of the form: "specialists.count", or "name" of the run itself. */
  at: Record<string, string>;
  /** What no input of the form stands for. */
  rest: string[];
}

export const NO_ERRORS: PlacedErrors = { at: {}, rest: [] };

/** Put each error at the input it is about. The API may prefix `config.` and name a union's variant on the way. */
export function placeErrors(errors: FieldError[], fields: Field[], ownFields: string[]): PlacedErrors {
  const placed: PlacedErrors = { at: {}, rest: [] };
  for (const { field, message } of errors) {
    const names = field.split(".").filter((name) => name !== "body");
    const own = names.length === 1 && ownFields.includes(names[0] ?? "");
    const inside = names[0] === "config" ? names.slice(1) : names;
    const path = own ? names : walk(inside, fields);
    if (path.length === 0) placed.rest.push(inside.length > 0 ? `${field}: ${message}` : message);
    else placed.at[path.join(".")] = message;
  }
  return placed;
}

/** The longest part of the path that the form has. */
function walk(names: string[], fields: Field[]): string[] {
  const [name, ...rest] = names;
  const field = fields.find((candidate) => candidate.name === name);
  if (!field || name === undefined) return [];
  if (field.kind === "group") return [name, ...walk(rest, field.fields)];
  if (field.kind === "union") {
    const variant = rest[0] !== undefined && rest[0] in field.variants ? rest[0] : undefined;
    const inner = variant ? (field.variants[variant] ?? []) : Object.values(field.variants).flat();
    return [name, ...walk(variant ? rest.slice(1) : rest, inner)];
  }
  return [name];
}

/** Whether some error lies at `path` or below it. */
export function hasErrorsBelow(at: Record<string, string>, path: string): boolean {
  return Object.keys(at).some((place) => place === path || place.startsWith(`${path}.`));
}
