/** The part of JSON Schema that pydantic writes for typed settings. */
export interface JsonSchema {
  $ref?: string;
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  unit?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  discriminator?: { propertyName: string; mapping: Record<string, string> };
}

export type Definitions = Record<string, JsonSchema>;

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

export interface UnionField extends Base {
  kind: "union";
  discriminator: string;
  variants: Record<string, Field[]>;
  helps: Record<string, string>;
  defaults: Record<string, unknown>;
}

export interface ChoiceField extends Base {
  kind: "choice";
  options: string[];
}

export interface GroupField extends Base {
  kind: "group";
  fields: Field[];
}

export interface PlainField extends Base {
  kind: "switch" | "text" | "numbers";
}

/** One input of the form, or a group of them. */
export type Field = NumberField | ChoiceField | UnionField | GroupField | PlainField;

/** The fields of an object schema, in its order; constants (discriminators) are no inputs. */
export function fieldsOf(schema: JsonSchema, definitions: Definitions): Field[] {
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.const === undefined)
    .map(([name, property]) => fieldOf(name, property, definitions));
}

function fieldOf(name: string, written: JsonSchema, definitions: Definitions): Field {
  const { schema, nullable } = withoutNull(resolve(written, definitions));
  const base = { name, label: label(name), help: written.description ?? schema.description ?? "", nullable };
  if (schema.oneOf && schema.discriminator) return union(base, schema, definitions);
  if (schema.properties) return { ...base, kind: "group", fields: fieldsOf(schema, definitions) };
  if (schema.enum) return { ...base, kind: "choice", options: schema.enum.map(String) };
  if (schema.type === "boolean") return { ...base, kind: "switch" };
  if (schema.type === "array") return { ...base, kind: "numbers" };
  if (schema.type === "integer" || schema.type === "number") {
    return { ...base, kind: "number", unit: written.unit ?? schema.unit, ...limits(schema) };
  }
  return { ...base, kind: "text" };
}

function limits(schema: JsonSchema) {
  const integer = schema.type === "integer";
  const step = integer ? 1 : 0; // an open bound of a real number is left to the server
  const above = schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + step;
  const below = schema.exclusiveMaximum === undefined ? undefined : schema.exclusiveMaximum - step;
  return { integer, min: schema.minimum ?? above, max: schema.maximum ?? below };
}

function union(base: Base, schema: JsonSchema, definitions: Definitions): UnionField {
  const discriminator = schema.discriminator?.propertyName ?? "name";
  const members = Object.entries(schema.discriminator?.mapping ?? {}).map(
    ([tag, $ref]) => [tag, resolve({ $ref }, definitions)] as const,
  );
  const each = <T>(read: (member: JsonSchema, tag: string) => T) =>
    Object.fromEntries(members.map(([tag, member]) => [tag, read(member, tag)]));
  return {
    ...base,
    kind: "union",
    discriminator,
    variants: each((member) => fieldsOf(member, definitions)),
    helps: each((member) => member.description ?? ""),
    defaults: each((member, tag) => ({ ...defaultsOf(member, definitions), [discriminator]: tag })),
  };
}

/** The value an object schema has when nothing is given. */
export function defaultsOf(schema: JsonSchema, definitions: Definitions): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, written]) => {
      const property = resolve(written, definitions);
      if (property.default !== undefined) return [name, property.default];
      if (property.const !== undefined) return [name, property.const];
      return [name, property.properties ? defaultsOf(property, definitions) : null];
    }),
  );
}

export function resolve(schema: JsonSchema, definitions: Definitions): JsonSchema {
  if (!schema.$ref) return schema;
  const { $ref, ...beside } = schema;
  const target = definitions[$ref.split("/").pop() ?? ""];
  if (!target) throw new Error(`The API's schema names ${$ref} but does not hold it.`);
  return { ...resolve(target, definitions), ...beside };
}

function withoutNull(schema: JsonSchema): { schema: JsonSchema; nullable: boolean } {
  const options = schema.anyOf?.filter((option) => option.type !== "null");
  if (!schema.anyOf || options?.length !== 1) return { schema, nullable: false };
  return { schema: { ...schema, ...options[0] }, nullable: schema.anyOf.length > 1 };
}

/** What a switch's name begins with. */
const VERBS: Record<string, string> = { norm: "normalise", anneal: "lower" };

const ABBREVIATIONS: Record<string, string> = {
  num: "number of",
  min: "least",
  max: "most",
  grad: "gradient", envs: "environments", lr: "learning rate", ent: "entropy", vf: "value", coef: "coefficient",
  gsl: "GSL",
  forkmaze: "fork maze",
  gae: "GAE", kl: "KL", adv: "advantages", vloss: "value loss", eps: "epsilon", ppo: "PPO",
  mlp: "MLP", cnn: "CNN", dapg: "DAPG", adam: "Adam", impala: "IMPALA",
}; // biome-ignore format: a glossary

/** `num_envs` -> "Number of environments". */
export function label(name: string): string {
  const words = name.split("_").map((word, place) => (place === 0 && VERBS[word]) || ABBREVIATIONS[word] || word);
  const text = words.join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
