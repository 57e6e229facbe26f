/** A place in a configuration: ["specialists", "count"]. */
export type Path = readonly string[];

export const dotted = (path: Path) => path.join(".");

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function getIn(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

/** A copy of `value` with `next` at `path`; what lies beside the path is shared with the old one. */
export function setIn<T>(value: T, path: Path, next: unknown): T {
  const [name, ...rest] = path;
  if (name === undefined) return next as T;
  const outer: Record<string, unknown> = isObject(value) ? value : {};
  return { ...outer, [name]: setIn(outer[name], rest, next) } as T;
}

export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, canonical(value[name])]),
  );
}

/** Whether the path leads into a member that is not the base's: its settings have nothing to be compared with. */
export function inOtherMember(base: unknown, value: unknown, path: Path): boolean {
  return path.slice(0, -1).some((_, place) => {
    const [before, now] = [getIn(base, path.slice(0, place + 1)), getIn(value, path.slice(0, place + 1))];
    return isObject(now) && (!isObject(before) || before.name !== now.name);
  });
}

/** Dotted paths of the settings that differ; a union whose variant changed counts as one. */
export function changedPaths(base: unknown, value: unknown, path: Path = []): string[] {
  if (same(base, value)) return [];
  if (!isObject(base) || !isObject(value) || base.name !== value.name) return [dotted(path)];
  const names = new Set([...Object.keys(base), ...Object.keys(value)]);
  return [...names].flatMap((name) => changedPaths(base[name], value[name], [...path, name]));
}
