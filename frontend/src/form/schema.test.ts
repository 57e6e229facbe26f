import { describe, expect, it } from "vitest";
import { placeErrors } from "./errors";
import type { UnionField } from "./field";
import { label, optionLabel } from "./label";
import { changedPaths, getIn, inOtherMember, setIn } from "./paths";
import { type Definitions, defaultsOf, fieldsOf, type JsonSchema } from "./schema";
import { sectionsOf } from "./sections";

const definitions: Definitions = {
  RunConfig: {
    properties: {
      suite: {
        oneOf: [{ $ref: "#/components/schemas/Maze" }, { $ref: "#/components/schemas/Games" }],
        discriminator: {
          propertyName: "name",
          mapping: { maze: "#/components/schemas/Maze", games: "#/components/schemas/Games" },
        },
        description: "The environments.",
      },
      specialists: { $ref: "#/components/schemas/Specialists", description: "Who learns." },
      arm: { type: "string", enum: ["gsl", "generalist"], default: "gsl" },
      seed: { type: "integer", minimum: 0, exclusiveMaximum: 2 ** 31, default: 0 },
    },
  },
  Maze: {
    properties: { name: { const: "maze", type: "string" }, goals: { type: "integer", default: 10, unit: "goals" } },
  },
  Games: {
    properties: {
      name: { const: "games", type: "string" },
      channels: { type: "array", items: { type: "integer" }, default: [16] },
    },
  },
  Specialists: {
    properties: {
      count: { type: "integer", minimum: 1, maximum: 1000, unit: "specialists", description: "How many.", default: 4 },
      rate: { anyOf: [{ type: "number", exclusiveMinimum: 0 }, { type: "null" }], description: "Empty takes theirs." },
      rewind: { type: "boolean", default: false },
    },
  },
};
const fields = fieldsOf(definitions.RunConfig ?? {}, definitions);
const suite = fields[0] as UnionField;

describe("fields of the schema", () => {
  it("reads numbers with unit, limits and help", () => {
    const specialists = fields.find((field) => field.name === "specialists");
    if (specialists?.kind !== "group") throw new Error("specialists is a group");
    expect(specialists.fields[0]).toMatchObject({
      kind: "number",
      integer: true,
      min: 1,
      max: 1000,
      unit: "specialists",
      help: "How many.",
      nullable: false,
    });
    expect(specialists.fields[1]).toMatchObject({ kind: "number", integer: false, nullable: true, min: 0 });
    expect(specialists.fields[2]).toMatchObject({ kind: "switch" });
  });

  it("reads unions without their discriminator, with the defaults of each variant", () => {
    expect(suite.variants.maze?.map((field) => field.name)).toEqual(["goals"]);
    expect(suite.defaults).toEqual({ maze: { name: "maze", goals: 10 }, games: { name: "games", channels: [16] } });
  });

  it("turns open limits of whole numbers into closed ones", () => {
    expect(fields.find((field) => field.name === "seed")).toMatchObject({ min: 0, max: 2 ** 31 - 1 });
  });

  it("has a section for every part", () => {
    expect(sectionsOf(fields).map((section) => section.name)).toEqual(["run", "suite", "specialists"]);
  });

  it("has an input for every kind of list and for what no input stands for", () => {
    const properties: Record<string, JsonSchema> = {
      widths: { type: "array", items: { type: "integer" } },
      range: { type: "array", prefixItems: [{ type: "number" }, { type: "number" }] },
      tasks: { type: "array", items: { $ref: "#/components/schemas/Task" } },
      ids: { anyOf: [{ type: "array", items: { type: "string" } }, { type: "null" }] },
      options: { type: "object", additionalProperties: true, default: {} },
      mixed: { anyOf: [{ type: "integer" }, { type: "string" }] },
      arguments: { type: "array", items: { type: "object" } },
    };
    const kinds = fieldsOf({ properties }, { Task: { type: "string", enum: ["reach", "push"] } });
    expect(kinds.map(({ name, kind }) => [name, kind])).toEqual([
      ["widths", "numbers"],
      ["range", "numbers"],
      ["tasks", "texts"],
      ["ids", "texts"],
      ["options", "json"],
      ["mixed", "json"],
      ["arguments", "json"],
    ]);
    expect(kinds[2]).toMatchObject({ options: ["reach", "push"] });
    expect(kinds[3]).toMatchObject({ nullable: true, options: [] });
  });

  it("gives a nested union its first variant where the schema names no default", () => {
    const learner = { properties: { network: definitions.RunConfig?.properties?.suite ?? {} } };
    expect(defaultsOf(learner, definitions)).toEqual({ network: { name: "maze", goals: 10 } });
  });

  it("fills in what an object has when nothing is given", () => {
    expect(defaultsOf(definitions.Specialists ?? {}, definitions)).toEqual({ count: 4, rate: null, rewind: false });
  });

  it("writes names out", () => {
    expect(label("num_envs")).toBe("Number of environments");
    expect(label("gae_lambda")).toBe("GAE lambda");
    expect(label("dagger")).toBe("DAgger");
    expect(label("my_plugin")).toBe("My plugin");
    expect(optionLabel("small_cnn")).toBe("Small CNN");
    expect(optionLabel("PegInsertionSide-v1")).toBe("PegInsertionSide-v1");
  });
});

describe("paths", () => {
  const config = { suite: { name: "maze", goals: 10 }, specialists: { count: 4, rate: null } };
  it("sets without touching the rest", () => {
    const next = setIn(config, ["specialists", "count"], 7);
    expect(getIn(next, ["specialists", "count"])).toBe(7);
    expect(config.specialists.count).toBe(4);
    expect(next.suite).toBe(config.suite);
  });
  it("names what changed; another variant is one change", () => {
    expect(changedPaths(config, setIn(config, ["specialists", "count"], 7))).toEqual(["specialists.count"]);
    expect(changedPaths(config, setIn(config, ["suite"], { name: "games" }))).toEqual(["suite"]);
    const other = { ...config, suite: { name: "games", channels: [1] } };
    expect(inOtherMember(config, other, ["suite", "channels"])).toBe(true);
    expect(inOtherMember(config, other, ["suite"])).toBe(false);
    expect(inOtherMember(config, other, ["specialists", "count"])).toBe(false);
    expect(changedPaths(config, { specialists: { rate: null, count: 4 }, suite: config.suite })).toEqual([]);
  });
});

describe("errors", () => {
  const place = (field: string) => placeErrors([{ field, message: "wrong" }], fields, ["name"]);
  it.each([
    ["config.specialists.count", "specialists.count"],
    ["specialists.count", "specialists.count"],
    ["config.suite.maze.goals", "suite.goals"],
    ["config.suite.goals", "suite.goals"],
    ["config.suite.maze", "suite"],
    ["body.name", "name"],
    ["config.specialists", "specialists"],
  ])("%s goes to %s", (field, path) => expect(place(field).at).toEqual({ [path]: "wrong" }));
  it("keeps what no input stands for", () => {
    expect(place("config.nowhere")).toEqual({ at: {}, rest: ["config.nowhere: wrong"] });
  });
});
