import type { Path } from "./paths";

interface Base {
  name: string;
  label: string;
  help: string;
  nullable: boolean;
}

export interface NumberField extends Base {
  kind: "number";
  integer: boolean;
  min?: number;
  max?: number;
  unit?: string;
}

/** What a member works with: what a network observes, a learner's actions, the hooks it supports or a guide needs. */
export interface Compatibility {
  observes?: string[];
  actions?: string[];
  hooks?: string[];
}

export interface UnionField extends Base {
  kind: "union";
  discriminator: string;
  variants: Record<string, Field[]>;
  helps: Record<string, string>;
  compatibility: Record<string, Compatibility>;
  defaults: Record<string, unknown>;
}

export interface ChoiceField extends Base {
  kind: "choice";
  options: string[];
}

/** A list of texts; with options, only those. */
export interface TextsField extends Base {
  kind: "texts";
  options: string[];
}

export interface GroupField extends Base {
  kind: "group";
  fields: Field[];
}

/** `json` is whatever has no input of its own: it is written as JSON and judged by the server. */
export interface PlainField extends Base {
  kind: "switch" | "text" | "numbers" | "json";
}

/** One input of the form, or a group of them. */
export type Field = NumberField | ChoiceField | UnionField | GroupField | TextsField | PlainField;

export type FieldBase = Base;

/** What the input of a field is given. */
export interface InputProps<F extends Field> {
  field: F;
  path: Path;
}
