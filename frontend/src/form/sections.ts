import type { Field } from "./field";
import { label } from "./label";

export interface Section {
  name: string;
  title: string;
  help: string;
  advanced: boolean;
  /** The settings of the section; `own` ones lie at the top of the configuration, not in a part of it. */
  fields: Field[];
  own: boolean;
}

const FIRST = ["suite", "learner", "guide", "budget", "specialists", "gate"];
const OPEN = new Set(["suite", "budget", "specialists", "gate"]);
const TITLES: Record<string, string> = {
  suite: "Suite",
  budget: "Budget",
  gate: "Gate",
  finetune: "Fine-tuning",
};

/** Every part of a RunConfig as a section: what most runs change first, the rest behind it; none is left out. */
export function sectionsOf(fields: Field[]): Section[] {
  const loose: Field[] = fields.filter((field) => field.kind !== "group" && field.kind !== "union");
  const parts = fields.filter((field) => !loose.includes(field));
  const ordered = [
    ...FIRST.flatMap((name) => parts.filter((part) => part.name === name)),
    ...parts.filter((part) => !FIRST.includes(part.name)),
  ];
  return [
    {
      name: "run",
      title: "Arm and seed",
      help: "What this run trains, and its random seed.",
      advanced: false,
      fields: loose,
      own: true,
    },
    ...ordered.map((part) => ({
      name: part.name,
      title: TITLES[part.name] ?? label(part.name),
      help: part.help,
      advanced: !OPEN.has(part.name),
      fields: part.kind === "group" ? part.fields : [part],
      own: part.kind !== "group",
    })),
  ];
}
