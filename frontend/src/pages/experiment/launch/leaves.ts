import type { PartialConfig } from "../../../form/merge";
import { isObject } from "../../../form/paths";

/** What a partial configuration says, setting by setting, of another member its name: "guide: gail". */
export function leavesOf(config: PartialConfig, path = ""): string[] {
  return Object.entries(config).flatMap(([name, value]) => {
    const place = path ? `${path}.${name}` : name;
    if (isObject(value) && typeof value.name === "string") return [`${place}: ${value.name}`];
    if (isObject(value) && Object.keys(value).length > 0) return leavesOf(value, place);
    return [
      `${place}: ${value === null ? "empty" : typeof value === "object" ? JSON.stringify(value) : String(value)}`,
    ];
  });
}
