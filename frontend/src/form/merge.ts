import type { Field } from "./field";
import { isObject, same } from "./paths";

export type PartialConfig = Record<string, unknown>;

/** `base` with `changes` laid over it, as the API does it: a part that names another member starts from its defaults. */
export function merge(base: PartialConfig, changes: PartialConfig): PartialConfig {
  const merged = { ...base };
  for (const [name, value] of Object.entries(changes)) {
    const before = merged[name];
    merged[name] = isObject(before) && isObject(value) && sameMember(before, value) ? merge(before, value) : value;
  }
  return merged;
}

/** The changes that make `value` of `base`: `merge(base, changesOf(base, value))` is `value`. */
export function changesOf(base: PartialConfig, value: PartialConfig): PartialConfig {
  const changes: PartialConfig = {};
  for (const [name, next] of Object.entries(value)) {
    const before = base[name];
    if (same(before, next)) continue;
    changes[name] = isObject(before) && isObject(next) && sameMember(before, next) ? changesOf(before, next) : next;
  }
  return changes;
}

/** With the defaults of every member that was only named, so that its inputs show what it is going to have. */
export function withDefaults(fields: Field[], config: PartialConfig): PartialConfig {
  const filled = { ...config };
  for (const field of fields) {
    const value = config[field.name];
    if (field.kind !== "union" || !isObject(value)) continue;
    const defaults = field.defaults[String(value[field.discriminator])];
    if (isObject(defaults)) filled[field.name] = { ...defaults, ...value };
  }
  return filled;
}

const sameMember = (before: PartialConfig, value: PartialConfig) => (value.name ?? before.name) === before.name;
