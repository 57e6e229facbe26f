import { isObject, same } from "./paths";

export type Partly = Record<string, unknown>;

/** `base` with `changes` laid over it, as the API does it: a part that names another member starts from its defaults. */
export function merge(base: Partly, changes: Partly): Partly {
  const merged = { ...base };
  for (const [name, value] of Object.entries(changes)) {
    const before = merged[name];
    merged[name] = isObject(before) && isObject(value) && sameMember(before, value) ? merge(before, value) : value;
  }
  return merged;
}

/** The changes that make `value` of `base`: `merge(base, changesOf(base, value))` is `value`. */
export function changesOf(base: Partly, value: Partly): Partly {
  const changes: Partly = {};
  for (const [name, next] of Object.entries(value)) {
    const before = base[name];
    if (same(before, next)) continue;
    changes[name] = isObject(before) && isObject(next) && sameMember(before, next) ? changesOf(before, next) : next;
  }
  return changes;
}

const sameMember = (before: Partly, value: Partly) => (value.name ?? before.name) === before.name;
