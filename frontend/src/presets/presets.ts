import type { Preset } from "../api/types";

export interface PresetGroup {
  title: string;
  presets: Preset[];
}

const LOOSE = "Other";

/** The presets in which every word of the search occurs, by group, in the API's order. */
export function findPresets(presets: Preset[], search: string, group: string | null): PresetGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = presets.filter((preset) => {
    const text = wordsOf(preset);
    return (group === null || groupOf(preset) === group) && words.every((word) => text.includes(word));
  });
  return groupNames(found).map((title) => ({ title, presets: found.filter((preset) => groupOf(preset) === title) }));
}

/** The groups there are, each once. */
export function groupNames(presets: Preset[]): string[] {
  return [...new Set(presets.map(groupOf))];
}

export const groupOf = (preset: Preset): string => preset.group || LOOSE;

function wordsOf(preset: Preset): string {
  const { suite, learner, guide } = preset.config;
  const parts = [
    preset.name,
    preset.title,
    preset.description,
    groupOf(preset),
    suite?.name,
    learner?.name,
    guide?.name,
  ];
  return parts.join(" ").toLowerCase();
}
