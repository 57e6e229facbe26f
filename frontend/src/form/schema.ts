import type { Field, FieldBase, UnionField } from "./field";
import { label } from "./label";

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
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: unknown;
  discriminator?: { propertyName: string; mapping: Record<string, string> };
  observes?: string[];
  actions?: string[];
  hooks?: string[];
}

export type Definitions = Record<string, JsonSchema>;

/** The fields of an object schema, in its order; constants (discriminators) are no inputs. */
export function fieldsOf(schema: JsonSchema, definitions: Definitions): Field[] {
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.const === undefined)
    .map(([name, property]) => fieldOf(name, property, definitions));
}

function fieldOf(name: string, written: JsonSchema, definitions: Definitions): Field {
  const { schema, nullable } = withoutNull(resolve(written, definitions), definitions);
  const base = { name, label: label(name), help: written.description ?? schema.description ?? "", nullable };
  if (schema.oneOf && schema.discriminator) return union(base, schema, definitions);
  if (schema.properties) return { ...base, kind: "group", fields: fieldsOf(schema, definitions) };
  if (schema.enum) return { ...base, kind: "choice", options: schema.enum.map(String) };
  if (schema.type === "array") return list(base, schema, definitions);
  if (schema.type === "boolean") return { ...base, kind: "switch" };
  if (schema.type === "string") return { ...base, kind: "text" };
  if (isNumber(schema)) return { ...base, kind: "number", unit: written.unit ?? schema.unit, ...limits(schema) };
  return { ...base, kind: "json" };
}

const isNumber = (schema: JsonSchema) => schema.type === "integer" || schema.type === "number";

function list(base: FieldBase, schema: JsonSchema, definitions: Definitions): Field {
  const items = (schema.prefixItems ?? [schema.items ?? {}]).map((item) => resolve(item, definitions));
  if (items.every(isNumber)) return { ...base, kind: "numbers" };
  const [item] = items;
  if (item?.enum) return { ...base, kind: "texts", options: item.enum.map(String) };
  if (items.every(({ type }) => type === "string")) return { ...base, kind: "texts", options: [] };
  return { ...base, kind: "json" };
}

function limits(schema: JsonSchema) {
  const integer = schema.type === "integer";
  const step = integer ? 1 : 0; // an open bound of a real number is left to the server
  const above = schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + step;
  const below = schema.exclusiveMaximum === undefined ? undefined : schema.exclusiveMaximum - step;
  return { integer, min: schema.minimum ?? above, max: schema.maximum ?? below };
}

function union(base: FieldBase, schema: JsonSchema, definitions: Definitions): UnionField {
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
    compatibility: each(({ observes, actions, hooks }) => ({ observes, actions, hooks })),
    defaults: each((member, tag) => ({ ...defaultsOf(member, definitions), [discriminator]: tag })),
  };
}

/** The value an object schema has when nothing is given. */
export function defaultsOf(schema: JsonSchema, definitions: Definitions): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, written]) => [
      name,
      defaultOf(resolve(written, definitions), definitions),
    ]),
  );
}

function defaultOf(property: JsonSchema, definitions: Definitions): unknown {
  if (property.default !== undefined) return property.default;
  if (property.const !== undefined) return property.const;
  const first = Object.entries(property.discriminator?.mapping ?? {})[0];
  if (first) {
    const member = resolve({ $ref: first[1] }, definitions);
    return { ...defaultsOf(member, definitions), [property.discriminator?.propertyName ?? "name"]: first[0] };
  }
  return property.properties ? defaultsOf(property, definitions) : null;
}

export function resolve(schema: JsonSchema, definitions: Definitions): JsonSchema {
  if (!schema.$ref) return schema;
  const { $ref, ...beside } = schema;
  const target = definitions[$ref.split("/").pop() ?? ""];
  if (!target) throw new Error(`The OpenAPI document references ${$ref} but does not define it.`);
  return { ...resolve(target, definitions), ...beside };
}

function withoutNull(schema: JsonSchema, definitions: Definitions): { schema: JsonSchema; nullable: boolean } {
  const options = schema.anyOf?.filter((option) => option.type !== "null");
  if (!schema.anyOf || options?.length !== 1) return { schema, nullable: false };
  const only = resolve(options[0] ?? {}, definitions);
  return { schema: { ...schema, ...only }, nullable: schema.anyOf.length > 1 };
}
