import type { Gate, Run } from "../../../api/types";
import type { Field } from "../../../form/field";
import { label, optionLabel } from "../../../form/label";
import { dotted, getIn, type Path } from "../../../form/paths";
import { unitOf } from "../../../format/numbers";

export interface ShownSetting {
  path: string;
  label: string;
  help: string;
  value: string;
  depth: number;
}

/** A configuration as lines to read, in the form's order and words. */
export function settingsOf(fields: Field[], config: unknown, path: Path, depth = 0): ShownSetting[] {
  return fields.flatMap((field) => {
    const here = [...path, field.name];
    const value = getIn(config, here);
    const base = { path: dotted(here), label: field.label, help: field.help, depth };
    if (field.kind === "group") return settingsOf(field.fields, config, here, depth);
    if (field.kind === "union") {
      const tag = String(getIn(value, [field.discriminator]) ?? "");
      return [{ ...base, value: label(tag) }, ...settingsOf(field.variants[tag] ?? [], config, here, depth + 1)];
    }
    return [{ ...base, value: inWords(value, field) }];
  });
}

function inWords(value: unknown, field: Field): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (field.kind === "choice") return optionLabel(String(value));
  if (field.kind === "json") return JSON.stringify(value);
  if (Array.isArray(value)) return value.join(", ");
  const unit = field.kind === "number" && field.unit ? ` ${unitOf(field.unit, value)}` : "";
  const text = typeof value === "number" && Number.isInteger(value) ? value.toLocaleString("en") : String(value);
  return `${text}${unit}`;
}

/** What the gates decided otherwise than it was configured, by the path of the setting; one line for each cycle. */
export function decidedSettings(gates: Gate[], config: Run["config"]): Map<string, string> {
  const found = new Map<string, string[]>();
  for (const { decision, reason_asked, cycle } of gates) {
    if (!decision || reason_asked !== "specialists") continue;
    const place = Number(getIn(config, ["cycles", "count"]) ?? 1) > 1 ? ` in cycle ${cycle}` : "";
    for (const [name, value] of Object.entries(settingsDecided(decision))) {
      const path = ["specialists", name];
      if (getIn(config, path) === value) continue;
      const text = typeof value === "number" ? value.toLocaleString("en") : optionLabel(value);
      found.set(dotted(path), [...(found.get(dotted(path)) ?? []), `${text}${place}`]);
    }
  }
  return new Map([...found].map(([path, values]) => [path, values.join(", ")]));
}

const settingsDecided = (decision: NonNullable<Gate["decision"]>) => ({
  count: decision.partition.length,
  steps: decision.specialist_steps,
  start: decision.start,
});
