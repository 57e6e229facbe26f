import { describe, expect, it } from "vitest";
import type { Preset } from "../api/types";
import { findPresets, groupNames } from "./presets";

const preset = (name: string, group: string, suite: string, learner: string) =>
  ({
    name,
    group,
    title: `Title of ${name}`,
    description: "",
    config: { suite: { name: suite }, learner: { name: learner }, guide: { name: "dapg" } },
  }) as unknown as Preset;

const presets = [
  preset("forkmaze", "", "forkmaze", "ppo"),
  preset("procgen-bigfish-ppo", "Procgen", "procgen", "ppo"),
  preset("procgen-bigfish-ppg", "Procgen", "procgen", "ppg"),
  preset("mt10", "Meta-World", "metaworld", "sac"),
];
const names = (search: string, group: string | null = null) =>
  findPresets(presets, search, group).flatMap((found) => found.presets.map(({ name }) => name));

describe("presets", () => {
  it("are grouped in the API's order; those without a group stand together", () => {
    expect(groupNames(presets)).toEqual(["Other", "Procgen", "Meta-World"]);
    expect(findPresets(presets, "", null).map(({ title }) => title)).toEqual(["Other", "Procgen", "Meta-World"]);
  });
  it.each([
    ["BIGFISH ppg", ["procgen-bigfish-ppg"]],
    ["sac", ["mt10"]],
    ["  bigfish ", ["procgen-bigfish-ppo", "procgen-bigfish-ppg"]],
    ["bigfish sac", []],
  ])("are found by every word: %s", (search, found) => expect(names(search)).toEqual(found));
  it("can be narrowed to a group", () => expect(names("ppo", "Procgen")).toEqual(["procgen-bigfish-ppo"]));
});
